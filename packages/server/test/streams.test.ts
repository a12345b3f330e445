// Streams whose responses somebody has a hand in, or that speak an older HTTP: what comes is the same.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import { encodePayload, openPacket, RecordDecoder } from "@wireway/protocol";
import { Server } from "@wireway/server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { headOf } from "./raw-bytes.ts";
import { joining, nonce, RawClient } from "./raw-client.ts";
import { connectRaw, exchangeRaw } from "./raw-tcp.ts";
import { dropped, openHttp, startServer } from "./test-server.ts";

const words = ["plain", "größer ✓ 🚀", "x".repeat(200), "x".repeat(20_000), "größer".repeat(30_000)];

/** Hears of what is written, as loggers do, by putting itself in the response's place. */
function watchWrites(response: ServerResponse, heard: () => void): void {
  const { write } = response;
  response.write = ((...args: Parameters<typeof write>) => {
    heard();
    return Reflect.apply(write, response, args) as boolean;
  }) as typeof write;
}

describe.each(["streaming", "sse"] as const)("%s", (transport) => {
  it.each(["nobody", "a middleware"])("brings texts and bytes where %s has a hand in the response", async (who) => {
    const { wireway, base } = await startServer();
    let writes = 0;
    if (who !== "nobody") {
      wireway.use((_request: IncomingMessage, response: ServerResponse, next: () => void) => {
        watchWrites(response, () => writes++);
        next();
      });
    }
    wireway.on("connection", (socket) => {
      socket.emit("blob", new Uint8Array([0, 1, 254, 255]));
      for (const word of words) socket.emit("word", word);
    });
    const client = dropped(await RawClient.join(base, transport));
    while (client.received < 2 + words.length) await client.hearMessage();
    const [blob, ...texts] = client.messages.slice(-1 - words.length);
    expect(Buffer.from(blob as Uint8Array).includes(Buffer.from([0, 1, 254, 255]))).toBe(true);
    expect(texts).toEqual(words.map((word) => `2${JSON.stringify(["word", word])}`));
    expect(writes > 0).toBe(who === "a middleware");
  });
});

it("writes no chunks to a client of HTTP/1.0", async () => {
  const { wireway, port } = await startServer();
  wireway.on("connection", (socket) => socket.emit("word", "größer"));
  const body = encodePayload([openPacket({ nonce: nonce(), received: 0, first: 1 }), joining]);
  const lines = ["Content-Type: text/plain", `Content-Length: ${Buffer.byteLength(body)}`, "", body];
  const head = headOf("POST", "/wireway/?v=1&transport=streaming", lines).replace("HTTP/1.1", "HTTP/1.0");
  const socket = connectRaw(port);
  socket.write(head);
  const decoder = new RecordDecoder(65_536);
  let read = Buffer.alloc(0);
  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    socket.on("data", (chunk) => {
      read = Buffer.concat([read, chunk]);
      const start = read.indexOf("\r\n\r\n");
      if (start < 0) return;
      for (const { type, data } of decoder.push(read.subarray(start + 4))) {
        if (type === "message") heard.push(String(data));
      }
      read = read.subarray(0, start + 4);
      if (heard.length === 2) resolve();
    });
  });
  expect(read.toString("latin1")).not.toMatch(/transfer-encoding/i);
  expect(heard[1]).toBe('2["word","größer"]');
});

/** How Node's streams write on the server's sockets from now on. */
function watchSockets(port: number): string[] {
  const seen: string[] = [];
  for (const name of ["_write", "_writev"] as const) {
    const write = Reflect.get(Socket.prototype, name) as (...args: unknown[]) => void;
    const watched = vi.spyOn(Socket.prototype, name as "_write");
    watched.mockImplementation(function (this: Socket, ...args: unknown[]) {
      if (this.localPort === port) seen.push(name);
      Reflect.apply(write, this, args);
    });
    onTestFinished(() => watched.mockRestore());
  }
  return seen;
}

it("says in one piece with the head what it has to say to a dial", async () => {
  const { base, port } = await startServer();
  const seen = watchSockets(port);
  dropped(await RawClient.dial(base, "streaming"));
  expect(seen).toEqual(["_writev"]);
});

it.each([
  [0, "past Node's streams"],
  [60_000, "by Node's streams, which tell it"],
])("writes chunks where the socket's time limit is %d ms %s", async (timeoutMs) => {
  const wireway = new Server();
  onTestFinished(() => wireway.close({ timeoutMs: 0 }));
  const http = createServer().setTimeout(timeoutMs);
  wireway.attach(http);
  const { base, port } = await openHttp(http);
  const client = dropped(await RawClient.join(base, "streaming"));
  const seen = watchSockets(port);
  wireway.emit("word", "größer");
  wireway.emit("word", "x");
  expect(await client.hearEvent()).toEqual(["word", "größer"]);
  expect(await client.hearEvent()).toEqual(["word", "x"]);
  expect(seen.length > 0).toBe(timeoutMs > 0);
});

it.each(["HTTP/1.1", "HTTP/1.0"])(
  "ends a connection of %s behind a whole answer where it is asked to",
  async (version) => {
    const { wireway, port } = await startServer();
    const word = "x".repeat(60_000);
    wireway.on("connection", (socket) => socket.emit("word", word));
    const body = encodePayload([openPacket({ nonce: nonce(), received: 0, first: 1 }), joining]);
    const lines = ["Connection: close", "Content-Type: text/plain", `Content-Length: ${body.length}`, "", body];
    const head = headOf("POST", "/wireway/?v=1&transport=polling", lines).replace("HTTP/1.1", version);
    const answer = await exchangeRaw(port, head);
    const [, length] = /content-length: (\d+)/i.exec(answer) ?? [];
    const text = answer.slice(answer.indexOf("\r\n\r\n") + 4);
    expect(text.length).toBe(Number(length));
    expect(text).toContain(JSON.stringify(["word", word]));
  },
);
