// Real clients of a real server that is about to go: they move to the next one, one after the other, and every event is
// either heard once, by one of the two servers, or handed back.

import type { AddressInfo } from "node:net";
import { Server } from "@wireway/server";
import { afterEach, expect, it } from "vitest";
import { connect, polling, type Socket, sse, streaming, webSocket } from "../src/index.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Listening {
  readonly server: Server;
  readonly url: string;
  /** What it heard, by client. */
  readonly heard: Map<number, number[]>;
}

async function listen(port = 0): Promise<Listening> {
  const server = new Server();
  cleanups.push(() => server.close({ timeoutMs: 0 }));
  const http = await server.listen(port, "127.0.0.1");
  const heard = new Map<number, number[]>();
  server.on("connection", (socket) => {
    socket.on("say", (client: number, number: number) => {
      heard.set(client, [...(heard.get(client) ?? []), number]);
      return number;
    });
  });
  return { server, heard, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

const transports = [webSocket, streaming, sse, polling];

/** A client that counts aloud. */
class Talker {
  readonly socket: Socket;
  readonly unconfirmed: number[] = [];
  readonly ends: { reason: string; atMs: number }[] = [];
  readonly #client: number;
  readonly #timer: NodeJS.Timeout;
  #said = 0;

  constructor(url: string, client: number) {
    const transport = transports[client % transports.length] as (typeof transports)[number];
    const socket = connect(url, { forceNew: true, transports: [transport()] });
    this.socket = socket;
    this.#client = client;
    socket.on("disconnect", (reason, { unconfirmed }) => {
      this.ends.push({ reason, atMs: performance.now() });
      this.unconfirmed.push(...unconfirmed.map(({ args }) => args[1] as number));
    });
    this.#timer = setInterval(() => void socket.emit("say", ...this.#next()), 20);
    cleanups.push(() => {
      this.stop();
      void socket.close();
    });
  }

  connected(): Promise<void> {
    return new Promise((resolve) => void this.socket.once("connect", () => resolve()));
  }

  /** Resolves when its next number, and so all before it, was heard. */
  async say(): Promise<void> {
    await this.socket.emitWithAck("say", ...this.#next());
  }

  /** Counts no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #next(): [client: number, number: number] {
    return [this.#client, ++this.#said];
  }
}

it("brings all clients to the next server, spread over the drain, and loses nothing", async () => {
  const [from, to] = [await listen(), await listen()];
  const talkers = Array.from({ length: 12 }, (_, client) => new Talker(from.url, client));
  await Promise.all(talkers.map((one) => one.say()));
  const moved = Promise.all(talkers.map((one) => one.connected()));
  const began = performance.now();
  // The last is asked a tenth of it before its end: time enough to leave on a machine that is busy.
  const drainMs = 8_000;
  const closed = from.server.close({ drainMs, redirectTo: to.url }).then(() => performance.now());
  await moved;
  expect(to.server.sockets.size).toBe(12);
  // Nobody was left to be closed: the drain was over before its time.
  expect((await closed) - began).toBeLessThan(drainMs);
  expect(talkers.map(({ ends }) => ends.map(({ reason }) => reason))).toEqual(talkers.map(() => ["server_closing"]));
  const times = talkers.map(({ ends }) => (ends[0]?.atMs ?? 0) - began).sort((a, b) => a - b);
  // The first goes at once, the last when eleven twelfths of the time for leaving are over.
  expect((times[11] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(drainMs * 0.9 * 0.75);
  for (const one of talkers) one.stop();
  await Promise.all(talkers.map((one) => one.say()));
  for (const [client, { unconfirmed }] of talkers.entries()) {
    const [early = [], late = []] = [from.heard.get(client), to.heard.get(client)];
    const all = [...early, ...late];
    expect(new Set(all).size).toBe(all.length);
    for (const heard of [early, late]) expect(heard).toEqual([...heard].sort((a, b) => a - b));
    const missing = Array.from({ length: Math.max(...all) }, (_, index) => index + 1).filter(
      (one) => !all.includes(one),
    );
    // What was not heard was handed back.
    expect(missing.filter((number) => !unconfirmed.includes(number))).toEqual([]);
    expect([early.length > 0, late.length > 0]).toEqual([true, true]);
  }
}, 40_000);

it("keeps a client that begins away until the next server is there", async () => {
  const { server, url } = await listen();
  const port = Number(new URL(url).port);
  await new Talker(url, 0).connected();
  const closing = server.close({ drainMs: 1_500 });
  const late = connect(url, { forceNew: true, transports: [polling()] });
  cleanups.push(() => late.close());
  const errors: string[] = [];
  late.on("connect_error", ({ message }) => void errors.push(message));
  await new Promise<void>((resolve) => void late.once("connect_error", () => resolve()));
  await closing;
  await listen(port);
  await new Promise<void>((resolve) => void late.once("connect", () => resolve()));
  // It was told how long to stay away, and did not ask again in that time.
  expect(errors).toEqual([expect.stringContaining("server is closing")]);
}, 20_000);
