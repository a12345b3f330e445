// Clients in a browser: each lives in a frame of its own that came through its row's way, so that it is of the same origin
// as its server and has a memory of its own, and does what this process asks over a WebSocket that no weather touches.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type WebSocket, WebSocketServer } from "ws";
import type { EngineName, Tab } from "../fixture.ts";
import type { Site } from "../site.ts";
import { createClientEnd } from "./client-end.ts";
import type { ClientEnd } from "./ends.ts";
import type { Row } from "./row.ts";
import { startServerEnd, type WirewayServerEnd } from "./server-end.ts";
import { pagePath } from "./way.ts";

const bundlePath = fileURLToPath(new URL("../../packages/client/dist/wireway.esm.min.js", import.meta.url));

const frame = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>client</title>
<link rel="icon" href="data:,"></head><body><script type="module">
import { connect } from "${pagePath}wireway.js";
const client = (${createClientEnd.toString()})(connect, WebSocket);
const control = new WebSocket(new URLSearchParams(location.search).get("control"));
control.onmessage = async ({ data }) => {
  const { id, method, args } = JSON.parse(data);
  const reply = await client[method](...args).then((value) => ({ value: value ?? null }), (error) => ({ error: String(error) }));
  control.send(JSON.stringify({ id, ...reply }));
};
</script></body></html>`;

/** Serves what a client's frame is made of. */
function serveFrames(site: Site): void {
  site.servePage(`${pagePath}frame`, frame);
  site.serveFile(`${pagePath}wireway.js`, bundlePath);
}

const arrivalLimitMs = 20_000;

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** What pages are told, and what they answer. */
export class Pages {
  readonly #server: WebSocketServer;
  readonly #tab: Tab;
  readonly #arrivals = new Map<string, (socket: WebSocket) => void>();
  #frames = 0;

  private constructor(server: WebSocketServer, tab: Tab) {
    this.#server = server;
    this.#tab = tab;
    server.on("connection", (socket, { url = "" }) => this.#arrivals.get(url)?.(socket));
  }

  /** @param home a site with frames of its own, for the page around them all and for what needs no row. */
  static async open(tab: Tab, home: Site): Promise<Pages> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    serveFrames(home);
    await tab.goto(home.url);
    return new Pages(server, tab);
  }

  /** A client that nobody has told anything yet. */
  client(home: Site): ClientEnd {
    return new PageClient(
      (url) => this.#openFrame(url),
      () => this.#openFrame(home.url),
    );
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #openFrame(origin: string): Promise<Frame> {
    const path = `/${this.#frames++}`;
    const control = `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
    const arrived = new Promise<WebSocket>((resolve, reject) => {
      this.#arrivals.set(path, resolve);
      setTimeout(() => reject(new Error(`the frame from ${origin} did not report`)), arrivalLimitMs).unref();
    });
    await this.#tab.evaluate(
      (url, id) => {
        const element = document.createElement("iframe");
        // Seen, so that nothing in it is slowed down, and small, so that all are.
        element.style.cssText = "width: 20px; height: 20px; border: 0";
        element.id = id;
        element.src = url;
        document.body.append(element);
      },
      `${origin}${pagePath}frame?control=${encodeURIComponent(control)}`,
      path,
    );
    const socket = await arrived;
    const close = (): Promise<void> => this.#tab.evaluate((id) => document.getElementById(id)?.remove(), path);
    return new Frame(socket, close);
  }
}

/** One frame and what it was asked. */
class Frame {
  readonly #socket: WebSocket;
  readonly close: () => Promise<void>;
  readonly #asked = new Map<number, (reply: Reply) => void>();
  #ids = 0;

  constructor(socket: WebSocket, close: () => Promise<void>) {
    this.#socket = socket;
    this.close = close;
    socket.on("message", (data) => {
      const reply = JSON.parse(String(data)) as Reply;
      this.#asked.get(reply.id)?.(reply);
      this.#asked.delete(reply.id);
    });
  }

  async ask<T>(method: keyof ClientEnd, ...args: unknown[]): Promise<T> {
    const id = this.#ids++;
    const reply = await new Promise<Reply>((resolve) => {
      this.#asked.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, args }));
    });
    if (reply.error !== undefined) throw new Error(`in the page: ${reply.error}`);
    return reply.value as T;
  }
}

class PageClient implements ClientEnd {
  readonly #open: (url: string) => Promise<Frame>;
  readonly #openHome: () => Promise<Frame>;
  #url: string | undefined;
  #frame: Frame | undefined;

  constructor(open: (url: string) => Promise<Frame>, openHome: () => Promise<Frame>) {
    this.#open = open;
    this.#openHome = openHome;
  }

  async first(url: string, transport: string | null): ReturnType<ClientEnd["first"]> {
    return await (await this.#at(url)).ask("first", url, transport);
  }

  async bare(url: string): ReturnType<ClientEnd["bare"]> {
    return await (await this.#at(undefined)).ask("bare", url);
  }

  async begin(url: string): Promise<void> {
    await (await this.#at(url)).ask("begin", url);
  }

  async speak(everyMs: number): Promise<void> {
    await this.#frame?.ask("speak", everyMs);
  }

  async hush(): Promise<void> {
    await this.#frame?.ask("hush");
  }

  async online(): Promise<void> {
    await this.#frame?.ask("online");
  }

  async report(): ReturnType<ClientEnd["report"]> {
    if (!this.#frame) throw new Error("nothing has begun");
    return await this.#frame.ask("report");
  }

  async end(): Promise<void> {
    await this.#frame?.ask("end");
    await this.#leave();
  }

  /** The frame that came from there; undefined is home. */
  async #at(url: string | undefined): Promise<Frame> {
    if (this.#frame && this.#url === url) return this.#frame;
    await this.#leave();
    this.#url = url;
    this.#frame = await (url === undefined ? this.#openHome() : this.#open(url));
    return this.#frame;
  }

  async #leave(): Promise<void> {
    const frame = this.#frame;
    this.#frame = undefined;
    await frame?.close();
  }
}

/** A server whose pages hold clients in frames. */
export async function startPageServer(): Promise<WirewayServerEnd> {
  const server = await startServerEnd();
  serveFrames(server.site);
  return server;
}

/**
 * Firefox opens one WebSocket at a time to an address, whatever the port: one that is never answered would keep all others
 * waiting, so that it gets a loopback address of its own.
 */
export function hostOf({ way }: Row, engineName: EngineName): string {
  const isSwallowed = typeof way !== "function" && way.upgrade === "swallow";
  return engineName === "firefox" && isSwallowed && process.platform === "linux"
    ? `127.0.0.${2 + (nextHost++ % 200)}`
    : "127.0.0.1";
}
let nextHost = 0;
