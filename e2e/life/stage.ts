// A page with a living session, the server behind it and the hostile proxy in between, for tests of what happens to pages
// and networks. Both ends say numbered events and keep what they hear, so that "once, in order" is one comparison.
// Not here: what happens to them.

import type { KeyValueStorage, Socket } from "@wireway/client";
import { Server, type ServerOptions, type Socket as ServerSocket } from "@wireway/server";
import { createProxy, type HostileProxy, type Weather } from "@wireway/testkit";
import type { Site, Tab } from "../fixture.ts";

/** What a page keeps for later calls, and takes along into the back/forward cache. */
export interface Life {
  readonly socket: Socket;
  /** The socket's first id. */
  readonly id: string | undefined;
  /** How many events were said. */
  said: number;
  readonly heard: number[];
  /** Transports that were dialled before the socket was admitted. */
  readonly dialled: readonly string[];
  /** What happened to the socket and the page, in words. */
  readonly story: string[];
  /** Says the next event. */
  say(): void;
}

declare global {
  var life: Life;
}

export const transports = ["websocket", "streaming", "sse", "polling"] as const;
export type TransportName = (typeof transports)[number];

/** Pages with these paths may be kept by the engine when they are left; the site's blank page is `no-store`. */
export const lifePath = "/life";
export const otherPath = "/other";

export interface PageOptions {
  /** @default the client's own */
  readonly transports?: readonly TransportName[];
  readonly attemptDelayMs?: number;
  /** Null is the client's option, undefined its default. */
  readonly storage?: null;
}

export class Stage {
  readonly wireway: Server;
  readonly proxy: HostileProxy;
  /** Sockets that were admitted, in order. */
  readonly sockets: ServerSocket[] = [];
  /** What pages said. */
  readonly heard: number[] = [];
  /** What ended, and why. */
  readonly endings: string[] = [];
  said = 0;
  readonly #timers: NodeJS.Timeout[] = [];

  private constructor(wireway: Server, proxy: HostileProxy) {
    this.wireway = wireway;
    this.proxy = proxy;
    wireway.on("connection", (socket) => {
      this.sockets.push(socket);
      socket.on("up", (number: number) => void this.heard.push(number));
      socket.on("there?", () => "yes");
      socket.on("disconnect", (reason) => void this.endings.push(reason));
    });
  }

  static async start(site: Site, weather: Partial<Weather> = {}, options: ServerOptions = {}): Promise<Stage> {
    const wireway = new Server(options);
    site.use((request, response, next) => {
      const path = request.url?.split("?")[0];
      if (path !== lifePath && path !== otherPath) return next();
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(path));
    });
    wireway.attach(site.server);
    const { hostname, port } = new URL(site.url);
    const proxy = await createProxy({
      target: { host: hostname, port: Number(port) },
      weather,
      only: (path) => path.startsWith("/wireway/"),
    });
    return new Stage(wireway, proxy);
  }

  get url(): string {
    return this.proxy.url;
  }

  /** The latest socket. */
  get socket(): ServerSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("nobody was admitted yet");
    return socket;
  }

  /** Says an event, unless the socket is over: that one takes nothing more, and hands nothing back. */
  say(): void {
    if (this.socket.connected) this.socket.emit("down", this.said++);
  }

  /** Says an event now and then, until the end of the test or until `hush`. */
  talk(): void {
    this.#timers.push(setInterval(() => this.say(), 50));
  }

  hush(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  /** Black holes: the living connections of the session. What idles is closed, as by a network that is left. */
  loseNetwork(): number {
    this.proxy.cut(({ underway }) => !underway);
    return this.proxy.strand();
  }

  async close(): Promise<void> {
    this.hush();
    await this.wireway.close({ timeoutMs: 0 });
    await this.proxy.close();
  }
}

/** The numbers below `count`: what has to be heard of so many events. */
export function counted(count: number): number[] {
  return [...Array(count).keys()];
}

/** Goes to a page of the stage and has it hold a connected socket. */
export async function enter(tab: Tab, url: string, options: PageOptions = {}): Promise<void> {
  await tab.goto(url);
  await tab.evaluate(connectLife, { ...options });
}

/** Whatever was said so far has arrived, at both ends, once and in order. */
export async function settle(tab: Tab, stage: Stage): Promise<{ up: number[]; down: number[]; saidUp: number }> {
  stage.hush();
  const said = stage.said;
  await tab.waitFor((count) => life.heard.length >= count, { args: [said] });
  // An answer comes behind everything that was said before its question.
  const saidUp = await tab.evaluate(async () => {
    const { said } = life;
    await life.socket.emitWithAck("there?");
    return said;
  });
  return { up: stage.heard, down: await tab.evaluate(() => life.heard), saidUp };
}

interface WireOptions {
  readonly transports?: readonly string[];
  readonly attemptDelayMs?: number;
  readonly storage?: KeyValueStorage | null;
}

/** Runs in the page. */
async function connectLife({ transports: names, ...rest }: WireOptions): Promise<void> {
  const { connect, polling, sse, streaming, webSocket } = await import("@wireway/client");
  const ways: Record<string, () => ReturnType<typeof polling>> = { websocket: webSocket, streaming, sse, polling };
  const socket = connect({ ...rest, ...(names && { transports: names.flatMap((name) => ways[name]?.() ?? []) }) });
  const story: string[] = [];
  const heard: number[] = [];
  socket.on("down", (number: number) => void heard.push(number));
  socket.on("disconnect", (reason) => void story.push(`disconnect: ${reason}`));
  await new Promise<void>((resolve) => socket.on("connect", resolve));
  const dialled = socket.connection.attempts.map(({ transport }) => transport);
  socket.on("connect", () => void story.push("connect"));
  for (const type of ["pagehide", "pageshow"] as const) {
    addEventListener(type, ({ persisted }) => void story.push(`${type}: ${persisted ? "kept" : "not kept"}`));
  }
  globalThis.life = {
    socket,
    id: socket.id,
    said: 0,
    heard,
    dialled,
    story,
    say: () => void socket.emit("up", life.said++),
  };
}

function page(title: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "@wireway/client": "/wireway.js" } }</script></head><body></body></html>`;
}
