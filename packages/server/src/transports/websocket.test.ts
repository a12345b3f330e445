import { expect, it } from "vitest";
import { socketPair } from "../../test/socket-pair.ts";
import type { Handshake } from "../handshake.ts";
import { resolveOptions } from "../options.ts";
import type { TransportContext } from "./transport.ts";
import { WebSocketConnection } from "./websocket.ts";

it("knows what waits to leave, although something that was written before is told of later", async () => {
  const { near, far } = await socketPair();
  const context = { options: resolveOptions({}) } as Partial<TransportContext> as TransportContext;
  const connection = new WebSocketConnection(undefined, near, {} as Handshake, context);
  // Leaves at once by the streams, which tell of it when the running code has returned.
  connection.send([{ type: "message", data: new Uint8Array(65_536) }]);
  expect(connection.bufferedBytes).toBe(0);
  connection.send([{ type: "message", data: "x".repeat(20_000_000) }]);
  const waitingBytes = connection.bufferedBytes;
  expect(waitingBytes).toBeGreaterThan(0);
  await new Promise(setImmediate);
  expect(connection.bufferedBytes).toBe(waitingBytes);
  expect(connection.isFull).toBe(true);
  far.resume();
  await expect.poll(() => connection.isFull).toBe(false);
});
