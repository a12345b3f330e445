// A WebSocket of `ws` comes to be when something else than a whole message does. Nobody may notice when that is, nor that it
// is there from the beginning where it cannot be late.

import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { frame, headOf, upgradeLines } from "./raw-bytes.ts";
import { RawClient, said } from "./raw-client.ts";
import { connectRaw, RawWebSocket } from "./raw-tcp.ts";
import { dropped, joined, next, startServer } from "./test-server.ts";

const dial = (name: string): string => `0{"nonce":"nonce-of-late-sockets-${name}","received":0,"first":1}\x1e40`;
const [text, binary, close, ping] = [1, 2, 8, 9];

afterEach(() => void vi.restoreAllMocks());

/** Counts the WebSockets that come to be. */
function watch(): { readonly made: () => number } {
  const spy = vi.spyOn(WebSocket.prototype as unknown as { setSocket(): void }, "setSocket");
  return { made: () => spy.mock.calls.length };
}

it("a session that only says and hears messages needs none on the server", async () => {
  const { base, port, wireway } = await startServer();
  wireway.on("connection", (socket) => void socket.on("hello", () => "well"));
  const { made } = watch();
  const web = await RawWebSocket.open(port);
  web.socket.write(frame({ opcode: text, payload: `${dial("first")}\x1e421["hello"]` }));
  await next<[Buffer]>((listener) => web.socket.once("data", listener));
  expect(made()).toBe(0);
  web.socket.write(frame({ opcode: ping, payload: "a" }));
  await next<[Buffer]>((listener) => web.socket.once("data", listener));
  expect(made()).toBe(1);
  // This one has an own WebSocket at its end of the line.
  dropped(await RawClient.join(base, "websocket"));
  expect(wireway.sockets.size).toBe(2);
});

it("what stands behind the frame that needs it is read by it, whole or not", async () => {
  const { port, wireway } = await startServer();
  const heard: unknown[] = [];
  const last = new Promise<void>((resolve) => {
    wireway.on("connection", (socket) => {
      socket.on("told", (what) => {
        heard.push(what);
        if (what === 3) resolve();
      });
    });
  });
  const web = await RawWebSocket.open(port);
  const bytes = Buffer.concat([
    frame({ opcode: text, payload: dial("pieces") }),
    frame({ opcode: text, payload: '42["told",1]' }),
    frame({ opcode: ping, payload: "in between" }),
    frame({ opcode: text, payload: '42["to', fin: false }),
    frame({ opcode: 0, payload: 'ld",2]' }),
    frame({ opcode: text, payload: '42["told",3]' }),
  ]);
  for (let start = 0; start < bytes.length; start += 7) web.socket.write(bytes.subarray(start, start + 7));
  await last;
  expect(heard).toEqual([1, 2, 3]);
});

it("a frame that comes in one piece with the handshake is heard", async () => {
  const { port, wireway } = await startServer();
  const heard = next<[string]>((listener) =>
    wireway.once("connection", (socket) => void socket.once("told", (what) => listener(String(what)))),
  );
  const handshake = headOf("GET", "/wireway/?v=1&transport=websocket", upgradeLines);
  const first = frame({ opcode: text, payload: `${dial("eager-client")}\x1e42["told","at once"]` });
  connectRaw(port).write(Buffer.concat([Buffer.from(handshake), first]));
  expect(await heard).toEqual(["at once"]);
});

it("what comes on one connection does not touch what came on another, or is kept by the application", async () => {
  const { port, wireway } = await startServer();
  const kept: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    wireway.on(
      "connection",
      (socket) => void socket.on("kept", (...args) => void (kept.push(args) === 4 && resolve())),
    );
  });
  const webs = [await RawWebSocket.open(port), await RawWebSocket.open(port)];
  const sent: Buffer[] = [];
  const streams = webs.map((_, index) => {
    const bytes = Buffer.alloc(70_000, index + 1);
    const letters = String(index).repeat(70_000);
    const event = Buffer.from('42["kept","\\u00000"]'.slice(1));
    const length = (value: number): Buffer => Buffer.from([0, 0, value >> 8, value & 255]);
    const large = Buffer.from([0, 1, 17, 112]);
    sent.push(bytes);
    return Buffer.concat([
      frame({ opcode: text, payload: dial(`neighbour-${index}`) }),
      frame({ opcode: binary, payload: Buffer.concat([length(event.length), event, large, bytes]) }),
      // Wakes one of them: what it reads from here on, it reads by itself.
      ...(index === 0 ? [frame({ opcode: ping, payload: "a" })] : []),
      frame({ opcode: text, payload: `42["kept","${letters}"]` }),
    ]);
  });
  // In turns, cut where frames are not.
  const size = 40_000;
  for (let start = 0; start < 300_000; start += size) {
    for (const [index, web] of webs.entries()) {
      const piece = (streams[index] as Buffer).subarray(start, start + size);
      if (piece.length > 0) await new Promise((resolve) => web.socket.write(piece, resolve));
    }
  }
  await all;
  const found = kept.map((args) => (args as [string | Uint8Array])[0]);
  for (const index of [0, 1]) {
    expect(found.filter((one) => one === String(index).repeat(70_000)).length).toBe(1);
    expect(
      found.filter((one) => one instanceof Uint8Array && Buffer.compare(one, sent[index] as Buffer) === 0).length,
    ).toBe(1);
  }
});

it("a server that closes says so in a closing frame, also in the middle of the client's next one", async () => {
  const { port, wireway } = await startServer();
  wireway.on("connection", (socket) => void socket.on("end", () => void socket.disconnect(true)));
  const web = await RawWebSocket.open(port);
  const half = frame({ opcode: text, payload: '42["never",1]' });
  web.socket.write(
    Buffer.concat([
      frame({ opcode: text, payload: dial("closing") }),
      frame({ opcode: text, payload: '42["end"]' }),
      half.subarray(0, 9),
    ]),
  );
  expect(await web.closed).toBe(3000);
});

it("a client that closes is answered, and one that hangs up is forgotten", async () => {
  const { base, port, wireway } = await startServer({ resumeWindowMs: 0 });
  const web = await RawWebSocket.open(port);
  const gone = next((listener) => wireway.once("connection", (socket) => void socket.on("disconnect", listener)));
  web.socket.write(frame({ opcode: text, payload: dial("leaving") }));
  await next<[Buffer]>((listener) => web.socket.once("data", listener));
  web.socket.write(frame({ opcode: close, payload: new Uint8Array([3, 232]) }));
  expect(await web.closed).toBe(1000);
  await gone;
  const [client, socket] = await joined(base, wireway);
  const over = next((listener) => void socket.on("disconnect", listener));
  client.drop();
  await over;
  expect(wireway.sockets.size).toBe(0);
});

describe("without the private parts of Node", () => {
  it("sessions say and hear the same by its streams", async () => {
    vi.resetModules();
    vi.doMock("../src/transports/direct-socket.ts", async (original) => {
      const { writeStream } = await original<typeof import("../src/transports/direct-socket.ts")>();
      return { readDirect: () => false, writeDirect: writeStream };
    });
    const { Server } = await import("../src/server.ts");
    vi.doUnmock("../src/transports/direct-socket.ts");
    const wireway = new Server();
    const server = await wireway.listen(0, "127.0.0.1");
    try {
      wireway.on("connection", (socket) => void socket.on("echo", (given) => given));
      const { port } = server.address() as { port: number };
      const client = await RawClient.join(`http://127.0.0.1:${port}/wireway/`, "websocket");
      for (const length of [1, 5_000, 300_000]) {
        const given = "é".repeat(length);
        await client.say(said({ type: "event", namespace: "/", id: length, args: ["echo", given] }));
        expect(await client.hearMessage()).toEqual({ type: "ack", namespace: "/", id: length, args: [given] });
      }
    } finally {
      await wireway.close({ timeoutMs: 0 });
    }
  });
});

describe("without the way in which ws takes one into use", () => {
  it("each is there from the beginning", async () => {
    vi.resetModules();
    vi.doMock("../src/transports/late-web-socket.ts", async (original) => ({
      ...(await original<object>()),
      lateOptions: () => ({}),
    }));
    const { Server } = await import("../src/server.ts");
    vi.doUnmock("../src/transports/late-web-socket.ts");
    const wireway = new Server();
    const server = await wireway.listen(0, "127.0.0.1");
    try {
      const { made } = watch();
      wireway.on("connection", (socket) => void socket.on("hello", () => "well"));
      const { port } = server.address() as { port: number };
      const web = await RawWebSocket.open(port);
      expect(made()).toBe(1);
      web.socket.write(frame({ opcode: text, payload: `${dial("eager")}\x1e421["hello"]` }));
      const [answer] = await next<[Buffer]>((listener) => web.socket.once("data", listener));
      expect(answer.toString("latin1")).toContain('431["well"]');
      web.socket.write(frame({ opcode: close, payload: new Uint8Array([3, 232]) }));
      expect(await web.closed).toBe(1000);
    } finally {
      await wireway.close({ timeoutMs: 0 });
    }
  });
});
