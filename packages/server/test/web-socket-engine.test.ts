// Another maker of WebSockets: one made from that of ws, and one that shows nothing but what a WebSocket promises, so that
// every frame goes the way that needs no private part.

import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { decodeEnvelope } from "@wireway/protocol";
import { Server, type Socket, type WebSocketEngine } from "@wireway/server";
import { expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type RawClient, said } from "./raw-client.ts";
import { joined, next, settled, startServer } from "./test-server.ts";

let upgrades = 0;

class Counting extends WebSocketServer {
  override handleUpgrade(...parts: Parameters<WebSocketServer["handleUpgrade"]>): void {
    upgrades++;
    super.handleUpgrade(...parts);
  }
}

/** What the interface says, and not a thing more. */
class Plain extends EventEmitter {
  readonly #webSocket: WebSocket;
  readonly OPEN = 1;
  readonly extensions = "";

  constructor(webSocket: WebSocket) {
    super();
    this.#webSocket = webSocket;
    for (const event of ["message", "ping", "error", "close"]) {
      webSocket.on(event, (...args: unknown[]) => this.emit(event, ...args));
    }
  }

  get readyState(): number {
    return this.#webSocket.readyState;
  }

  get bufferedAmount(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(data: string | Uint8Array, done: () => void): void {
    this.#webSocket.send(data, done);
  }

  pong(data: Buffer): void {
    this.#webSocket.pong(data);
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }
}

class PlainServer extends EventEmitter {
  readonly #server: WebSocketServer;

  constructor(options: object) {
    super();
    this.#server = new WebSocketServer({ ...options, noServer: true });
    this.#server.on("headers", (lines) => this.emit("headers", lines));
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, callback: (webSocket: Plain) => void): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => callback(new Plain(webSocket)));
  }
}

const engines: readonly (readonly [name: string, engine: WebSocketEngine | undefined])[] = [
  ["the server's own", undefined],
  ["a class made from it", Counting],
  ["a class that shows only its interface", PlainServer],
];

function eventsOf(client: RawClient): unknown[] {
  const envelopes = client.messages.splice(0).map(decodeEnvelope);
  return envelopes.flatMap((envelope) => (envelope.type === "event" ? [envelope.args] : []));
}

it.each(engines)("%s carries what it is given, in order, both ways", async (_name, webSocketEngine) => {
  const { base, wireway } = await startServer({ webSocketEngine });
  const [client, socket] = await joined(base, wireway);
  const large = "é\u{1f600}x".repeat(30_000);
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index);
  const given: unknown[] = ["a", "é", large, bytes, "", bytes.slice(0, 10), large, "z"];
  const heard = given.map(() => undefined) as unknown[];
  let count = 0;
  socket.on("event", (value: unknown) => {
    heard[count++] = value;
    socket.emit("event", value);
  });
  for (const value of given) await client.say(said({ type: "event", namespace: "/", args: ["event", value] }));
  const answered: unknown[] = [];
  // Much goes out in several writes.
  while (answered.length < given.length) {
    await settled(client);
    answered.push(...eventsOf(client));
  }
  expect(heard).toEqual(given);
  expect(answered).toEqual(given.map((value) => ["event", value]));
});

it.each(engines)("%s carries a broadcast of a tick to all", async (_name, webSocketEngine) => {
  const { base, wireway } = await startServer({ webSocketEngine });
  const clients = [
    (await joined(base, wireway))[0],
    (await joined(base, wireway))[0],
    (await joined(base, wireway))[0],
  ];
  const given = ["one", "zwölf", "three"];
  for (const value of given) wireway.emit("event", value);
  for (const client of clients) {
    await settled(client);
    expect(eventsOf(client)).toEqual(given.map((value) => ["event", value]));
  }
});

it.each(engines)("%s is closed with the session's reason", async (_name, webSocketEngine) => {
  const { base, wireway } = await startServer({ webSocketEngine });
  const [client, socket] = await joined(base, wireway);
  const over = next<[string]>((listener) => socket.on("disconnect", listener));
  socket.disconnect(true);
  expect((await over)[0]).toBe("closed");
  expect((await client.closed).reason).toBe("closed");
});

it("the class is asked for every upgrade", async () => {
  const before = upgrades;
  const { base, wireway } = await startServer({ webSocketEngine: Counting });
  const [, socket]: [unknown, Socket] = await joined(base, wireway);
  expect(socket.connected).toBe(true);
  expect(upgrades).toBe(before + 1);
});

it("an engine that is no class is refused", () => {
  expect(() => new Server({ webSocketEngine: {} as WebSocketEngine })).toThrow("webSocketEngine must be a function");
});
