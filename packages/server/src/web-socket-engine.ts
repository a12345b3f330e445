// What the server asks of whoever makes its WebSockets: a class with the interface of `WebSocketServer` in `ws`, as far as it
// is used here. The WebSockets of `ws` itself, and of classes made from it, are read and written on a shorter way
// (frame-reader, frame-writer); all others by what stands here.

import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** What it is made with. */
export interface WebSocketEngineOptions {
  /** Upgrades are handed to it. */
  readonly noServer: true;
  /** Nobody asks it for its WebSockets. */
  readonly clientTracking: false;
  /** Nothing is compressed. */
  readonly perMessageDeflate: false;
  /** Pings of the WebSocket's own are answered by the server. */
  readonly autoPong: false;
  /** Largest message, in bytes. */
  readonly maxPayload: number;
}

/**
 * A server that listens for nothing itself: it is handed the upgrades. Its events: `headers` (its answer's, to be added to) and
 * `wsClientError` (a request that is no handshake).
 */
export interface WebSocketEngineServer extends Pick<EventEmitter, "on" | "once" | "off"> {
  /** Calls back at once, or never. */
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    callback: (webSocket: EngineWebSocket) => void,
  ): void;
}

/** Its events: `message` (a Buffer, and whether it is binary), `ping`, `error`, and `close` with its code, which comes last. */
export interface EngineWebSocket extends Pick<EventEmitter, "on"> {
  /** What it is now. */
  readonly readyState: number;
  /** What `readyState` is while something may be sent. */
  readonly OPEN: number;
  /** Agreed on with the client; must be empty, or compression would be undone nowhere. */
  readonly extensions: string;
  /** Bytes that wait to leave. */
  readonly bufferedAmount: number;
  /** Sends a text or a binary message. @param done called when it has left, or never will. */
  send(data: string | Uint8Array, done: () => void): void;
  /** Answers a ping. */
  pong(data: Buffer): void;
  /** Begins the closing handshake. */
  close(code: number, reason: string): void;
  /** Ends it without another word. */
  terminate(): void;
  /** Reads nothing more for now. */
  pause(): void;
  /** Reads again. */
  resume(): void;
}

/** A class such as `WebSocketServer` of `ws`. */
export type WebSocketEngine = new (options: WebSocketEngineOptions) => WebSocketEngineServer;
