// The option `codec` at both ends, over real sockets: two ends with different codecs find out at the first message, and what
// no codec of ours writes ends its session, and nobody else's. What events do with each codec: e2e/node/event-conformance.

import type { AddressInfo } from "node:net";
import type { EnvelopeCodec, MessageData } from "@wireway/protocol";
import { Server, type ServerOptions } from "@wireway/server";
import { msgpackCodec as serverCodec } from "@wireway/server/msgpack";
import { afterEach, describe, expect, it } from "vitest";
import { type ConnectOptions, connect, polling, type Socket, sse, streaming, webSocket } from "../src/index.ts";
import { msgpackCodec } from "../src/msgpack.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const transports = { websocket: webSocket, streaming, sse, polling };

async function start(options: ServerOptions): Promise<{ server: Server; url: string }> {
  const server = new Server(options);
  const http = await server.listen(0, "127.0.0.1");
  cleanups.push(() => server.close());
  return { server, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

function open(url: string, options: ConnectOptions): Socket {
  const socket = connect(url, { forceNew: true, ...options });
  cleanups.push(() => socket.close());
  return socket;
}

function next(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    socket.once(event, (...args: unknown[]) => resolve(args));
  });
}

describe.each(Object.entries(transports))("%s", (_name, transport) => {
  it("tells a client with MessagePack and one with JSON at once that the server has the other", async () => {
    const rows: [ServerOptions, ConnectOptions][] = [
      [{}, { codec: msgpackCodec }],
      [{ codec: serverCodec }, {}],
    ];
    for (const [serverOptions, clientOptions] of rows) {
      const { server, url } = await start(serverOptions);
      let admitted = 0;
      server.on("connection", () => admitted++);
      const socket = open(url, { ...clientOptions, transports: [transport()] });
      const [reason] = await next(socket, "disconnect");
      expect([reason, socket.active, admitted]).toEqual(["codec_mismatch", false, 0]);
    }
  });

  it("ends the session of a client whose messages are not what the codec writes, and nobody else's", async () => {
    const { server, url } = await start({ codec: serverCodec });
    server.on("connection", (socket) => {
      socket.on("echo", (value: unknown) => value);
    });
    const other = open(url, { codec: msgpackCodec, transports: [transport()] });
    const eventHead = "9402a12fc0";
    const hostile = {
      "a record": `${eventHead}92a165d4724091a16101`,
      "an array without its values": `${eventHead}92a165ddffffffff`,
      "a reference": `${eventHead}92a165d67000000001`,
      "a deep nesting": `${eventHead}92a165${"91".repeat(100_000)}c0`,
      "many attachments": `${eventHead}92a165dd00010000${"c400".repeat(65_536)}`,
      "no envelope": "94c0c0c0c0",
    };
    for (const [name, hex] of Object.entries(hostile)) {
      const socket = open(url, { codec: lying(hex), transports: [transport()] });
      await next(socket, "connect");
      const over = next(socket, "disconnect");
      socket.emit("lie");
      expect([name, (await over)[0]]).toEqual([name, "protocol_error"]);
    }
    expect(await other.emitWithAck("echo", 5n)).toBe(5n);
  });
});

/** A codec that writes these bytes for an event. */
function lying(hex: string): EnvelopeCodec {
  const lie: MessageData = new Uint8Array(Buffer.from(hex, "hex"));
  return { ...msgpackCodec, encode: (envelope) => (envelope.type === "event" ? lie : msgpackCodec.encode(envelope)) };
}
