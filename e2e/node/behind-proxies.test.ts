// The settings in docs/guide/behind-proxies.md, taken from the page and run: only addresses are put in, and for idle
// timeouts a shorter unit of time. Pages of the proxy's own origin have to be welcome, as they are in browsers.

import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, type Socket, type Transport } from "@wireway/client";
import type { ServerOptions } from "@wireway/server";
import { describe, expect, test } from "vitest";
import { startApache } from "../proxies/apache.ts";
import { startCaddy } from "../proxies/caddy.ts";
import { startHaproxy } from "../proxies/haproxy.ts";
import { startNginx } from "../proxies/nginx.ts";
import type { Configure, Place, RealProxy } from "../proxies/proxy-process.ts";
import { createStage, type Stage, transportNames, transports } from "./stage.ts";

interface Setting {
  readonly name: string;
  /** The language of its block on the page. */
  readonly language: string;
  readonly start: (target: string, config: Configure) => Promise<RealProxy>;
  /** What stands on the page for where the proxy listens, and what stands for it here. */
  readonly listens: readonly [string, (place: Place) => string];
}

const settings: readonly Setting[] = [
  {
    name: "nginx",
    language: "nginx",
    start: startNginx,
    listens: ["listen 80;", ({ port }) => `listen 127.0.0.1:${port};`],
  },
  {
    name: "haproxy",
    language: "haproxy",
    start: startHaproxy,
    listens: ["bind :80", ({ port }) => `bind 127.0.0.1:${port}`],
  },
  {
    name: "apache",
    language: "apache",
    start: startApache,
    listens: ["<VirtualHost *:80>", ({ port }) => `<VirtualHost 127.0.0.1:${port}>`],
  },
  {
    name: "caddy",
    language: "caddyfile",
    start: startCaddy,
    listens: [":80 {", ({ port }) => `http://127.0.0.1:${port} {\n  bind 127.0.0.1`],
  },
];

const page = readFileSync(new URL("../../docs/guide/behind-proxies.md", import.meta.url), "utf8");

const largeBytes = 2_000_000;
const timings = 5;
/** What a minute of the page is in the tests of idle timeouts; the server pings as much faster. */
const shortMinuteMs = 2_000;
const minuteMs = 60_000;
const defaultPingIntervalMs = 15_000;

const named = settings.map((setting) => [setting.name, setting] as const);

describe.each(named)("%s", (_, setting) => {
  test("serves a WebSocket to pages of its own origin, and names the client", { timeout: 20_000 }, async () => {
    await behind(setting, {}, async ({ wireway }, _, open) => {
      const forwarded = new Promise<string>((resolve) => {
        wireway.on("connection", ({ handshake }) => resolve(String(handshake.headers["x-forwarded-for"])));
      });
      const spoofed = { "x-forwarded-for": "192.0.2.1" };
      const socket = open(undefined, spoofed);
      await welcome(socket, "connect");
      expect(socket.connection?.transport).toBe("websocket");
      expect((await forwarded).split(/,\s*/).at(-1)).toBe("127.0.0.1");
    });
  });

  test.each(transportNames)("carries messages of 2 MB over %s, both ways", { timeout: 30_000 }, async (name) => {
    await behind(setting, {}, async ({ wireway }, _, open) => {
      wireway.on("connection", (socket) => {
        socket.on("echo", (data: Uint8Array, answer: (data: Uint8Array) => void) => answer(data));
      });
      const socket = open(name);
      await welcome(socket, "connect");
      const data = new Uint8Array(largeBytes).map((_, index) => index % 251);
      const back = (await socket.emitWithAck("echo", data)) as Uint8Array;
      expect(Buffer.from(back).equals(data)).toBe(true);
      expect(socket.connection?.transport).toBe(name);
    });
  });

  test.each(["streaming", "sse"])("delays nothing in %s", { timeout: 20_000 }, async (name) => {
    await behind(setting, {}, async ({ wireway }, proxy, open) => {
      wireway.on("connection", (socket) => {
        socket.on("now", () => socket.emit("now"));
      });
      const socket = open(name);
      await welcome(socket, "connect");
      const times: number[] = [];
      const bare: number[] = [];
      for (let i = 0; i < timings; i++) {
        times.push(
          await timed(async () => {
            socket.emit("now");
            await welcome(socket, "now");
          }),
        );
        bare.push(await timed(async () => await (await fetch(`${proxy.url}/wireway/?v=1`)).text()));
      }
      expect(Math.min(...times) - Math.min(...bare)).toBeLessThan(100);
    });
  });
});

describe.concurrent.each(named)("%s", (_, setting) => {
  test.each(transportNames)("cuts no quiet %s connection", { timeout: 30_000 }, async (name) => {
    const pingIntervalMs = (defaultPingIntervalMs * shortMinuteMs) / minuteMs;
    await behind(setting, { pingIntervalMs }, async (stage, proxy, open) => {
      const ends: string[] = [];
      stage.http.on("request", (request, response) => {
        if (request.headers.upgrade !== undefined) request.socket.once("close", () => ends.push("upgraded"));
        else response.once("close", () => response.writableFinished || ends.push(request.url ?? ""));
      });
      const socket = open(name);
      await welcome(socket, "connect");
      await new Promise((resolve) => setTimeout(resolve, 2 * shortMinuteMs + 500));
      expect(ends, proxy.errors()).toEqual([]);
      expect(socket.connection?.transport).toBe(name);
    });
  });
});

/** Opens a client that says what a browser says on a page of the proxy's. */
type Open = (transport?: string, headers?: Record<string, string>) => Socket;

/** The event, or the reason why the client cannot connect. */
async function welcome(socket: Socket, event: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once("connect_error", reject);
    socket.once(event, () => {
      socket.off("connect_error", reject);
      resolve();
    });
  });
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

async function behind(
  { name, language, start, listens: [address, here] }: Setting,
  options: ServerOptions,
  run: (stage: Stage, proxy: RealProxy, open: Open) => Promise<void>,
): Promise<void> {
  const stage = await createStage(options);
  const scale = options.pingIntervalMs === undefined ? 1 : shortMinuteMs / minuteMs;
  const proxy = await start(`127.0.0.1:${(stage.http.address() as AddressInfo).port}`, (place) => {
    const text = replaceOnce(replaceOnce(blockOf(language), address, here(place)), "127.0.0.1:3000", place.target);
    return scale === 1 ? text : withShorterTimes(text, scale);
  });
  const sockets: Socket[] = [];
  const open: Open = (transport, headers = {}) => {
    const socket = connect(proxy.url, {
      forceNew: true,
      headers: { origin: proxy.url, ...headers },
      ...(transport !== undefined && { transports: [(transports[transport] as () => Transport)()] }),
    });
    sockets.push(socket);
    return socket;
  };
  try {
    await run(stage, proxy, open);
  } catch (error) {
    throw new Error(`behind ${name}: ${String(error)}\n${proxy.errors()}`, { cause: error });
  } finally {
    for (const socket of sockets) void socket.close();
    await stage.close();
    await proxy.close();
  }
}

/** Every duration, so that one which is too short on the page is too short here. */
function withShorterTimes(text: string, scale: number): string {
  return text
    .replaceAll(/\b(\d+)s\b/g, (_, seconds: string) => `${Math.round(Number(seconds) * scale * 1_000)}ms`)
    .replaceAll(/\btimeout=(\d+)\b/g, (_, seconds: string) => `timeout=${Math.round(Number(seconds) * scale)}`);
}

function blockOf(language: string): string {
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))];
  if (blocks.length !== 1) throw new Error(`the page has ${blocks.length} blocks in ${language}`);
  return blocks[0]?.[1] ?? "";
}

function replaceOnce(text: string, what: string, by: string): string {
  if (text.split(what).length !== 2) throw new Error(`"${what}" does not stand once in:\n${text}`);
  return text.replace(what, by);
}
