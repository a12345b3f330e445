// The listeners of a WebSocket, the same functions for all: each knows whose it is.

import type { RawData, WebSocket } from "ws";
import type { FrameSink } from "./frame-reader.ts";

/** Whoever has a WebSocket. */
export interface CarrierOwner extends FrameSink {
  pinged(data: Buffer): void;
  failed(error: Error): void;
  closed(code: number): void;
}

const owner: unique symbol = Symbol("owner");

type Carrier = WebSocket & { [owner]: CarrierOwner };

/** Brings what happens to a WebSocket to its owner. */
export function carry(webSocket: WebSocket, to: CarrierOwner): void {
  (webSocket as Carrier)[owner] = to;
  webSocket.on("message", onMessage).on("ping", onPing).on("error", onError).on("close", onClose);
}

/** What is not an ordinary frame, or all where those cannot be told from others. */
function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const bytes = data as Buffer;
  // Not a Buffer: its `slice` would not copy.
  if (isBinary) (this as Carrier)[owner].binary(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  else (this as Carrier)[owner].text(bytes.toString(), bytes.length);
}

function onPing(this: WebSocket, data: Buffer): void {
  (this as Carrier)[owner].pinged(data);
}

function onError(this: WebSocket, error: Error): void {
  (this as Carrier)[owner].failed(error);
}

function onClose(this: WebSocket, code: number): void {
  (this as Carrier)[owner].closed(code);
}
