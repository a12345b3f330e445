import { expect, it } from "vitest";
import { environmentWith, open, Recorder, settle, type TestEnvironment, text, url } from "../../test/recorder.ts";
import { webSocket } from "./websocket.ts";

class FakeWebSocket {
  readonly sent: unknown[] = [];
  readonly closes: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: { message?: string }) => void) | null = null;
  binaryType = "blob";
  send(data: unknown): void {
    this.sent.push(data);
  }
  close(code: number, reason: string): void {
    this.closes.push([code, reason]);
  }
}

function dial(): {
  socket: FakeWebSocket;
  recorder: Recorder;
  environment: TestEnvironment;
  connection: ReturnType<ReturnType<typeof webSocket>["dial"]>;
  addresses: string[];
} {
  const socket = new FakeWebSocket();
  const recorder = new Recorder();
  const addresses: string[] = [];
  const environment = environmentWith({
    openWebSocket: (address) => {
      addresses.push(address);
      return socket as unknown as WebSocket;
    },
  });
  return { socket, recorder, environment, addresses, connection: webSocket().dial(url, environment, recorder) };
}

it("asks for the version and itself, over the WebSocket's own scheme, and keeps the user's query", () => {
  expect(dial().addresses).toEqual(["wss://server.test/wireway/?room=1&v=1&transport=websocket"]);
});

it("sends what came before the socket was open in one frame, in order", () => {
  const { socket, connection } = dial();
  connection.send([open], 0);
  connection.send([text("a")], 0);
  expect(socket.sent).toEqual([]);
  socket.onopen?.();
  expect(socket.sent).toEqual(['0{"received":0}\u001e4a']);
});

it("keeps the order of text and binary messages", () => {
  const { socket, connection } = dial();
  socket.onopen?.();
  const bytes = new Uint8Array([1, 2]);
  connection.send([text("a"), text("b"), { type: "message", data: bytes }, text("c")], 0);
  connection.send([{ type: "message", data: new Uint8Array() }], 0);
  expect(socket.sent).toEqual(["4a\u001e4b", bytes, "4c", new Uint8Array()]);
});

it("splits what is large into several frames", () => {
  const { socket, connection } = dial();
  socket.onopen?.();
  connection.send(
    ["x", "y", "z"].map((letter) => text(letter.repeat(60_000))),
    0,
  );
  expect(socket.sent.map((frame) => String(frame).length)).toEqual([60_001, 60_001, 60_001]);
});

it("reads payloads and binary frames", () => {
  const { socket, recorder } = dial();
  socket.onmessage?.({ data: "4a\u001e20" });
  socket.onmessage?.({ data: new Uint8Array([9]).buffer });
  expect(recorder.reports).toEqual([
    { received: [text("a"), { type: "ping", data: "0" }] },
    { received: [{ type: "message", data: new Uint8Array([9]) }] },
  ]);
  expect(socket.binaryType).toBe("arraybuffer");
});

it("closes with its own code on frames that are no packets", async () => {
  const { socket, recorder, environment } = dial();
  socket.onmessage?.({ data: "nonsense" });
  await settle(environment);
  expect(socket.closes).toEqual([[3107, "malformed"]]);
  expect(recorder.reports).toEqual([{ closed: { reason: "malformed" } }]);
});

it("tells the code and the reason of a close, or what the platform said before it", async () => {
  for (const [reason, message] of [
    ["because", "because"],
    ["", "ECONNREFUSED"],
  ] as const) {
    const { socket, recorder, environment } = dial();
    socket.onerror?.({ message: "ECONNREFUSED" });
    socket.onclose?.({ code: 1006, reason });
    await settle(environment);
    expect(recorder.reports).toEqual([{ closed: { reason: "lost", code: 1006, message } }]);
  }
});

it("tells why the server ended the connection, where it says so", async () => {
  const { socket, recorder, environment } = dial();
  socket.onclose?.({ code: 3100, reason: "superseded" });
  await settle(environment);
  expect(recorder.reports).toEqual([{ closed: { reason: "superseded", code: 3100, message: "superseded" } }]);
});

it("reports its own close once, later than the call, and waits for nobody", async () => {
  const { socket, recorder, environment, connection } = dial();
  const heard = socket.onmessage;
  connection.close("superseded");
  connection.close("silent");
  heard?.({ data: "4late" });
  expect(recorder.reports).toEqual([]);
  await settle(environment);
  expect(socket.closes).toEqual([[3100, "superseded"]]);
  expect(recorder.reports).toEqual([{ closed: { reason: "superseded" } }]);
  connection.send([text("ignored")], 0);
  expect(socket.sent).toEqual([]);
});

it("reports a platform that allows no WebSocket as a lost dial", async () => {
  const recorder = new Recorder();
  const environment = environmentWith({
    openWebSocket: () => {
      throw new Error("blocked by policy");
    },
  });
  webSocket().dial(url, environment, recorder);
  expect(recorder.reports).toEqual([]);
  await settle(environment);
  expect(recorder.reports).toEqual([{ closed: { reason: "lost", message: "Error: blocked by policy" } }]);
});
