// A WebSocket of `ws` that comes to be when it is needed: for a ping, a fragment, a closing frame, for whatever is no whole
// message. Until then, for most connections until their end, ordinary frames are read and written on the socket itself, and
// the objects of `ws` need not be there: they take more memory than anything else of an idle connection.
// What a plain socket brings is read into a buffer that all share (direct-socket), and copied for the WebSocket.
// Source: RFC 6455. Private parts of `ws`: how its server takes a WebSocket into use (`setSocket`). Without it, each WebSocket
// is there from the beginning.

import type { Socket } from "node:net";
import { type ServerOptions, WebSocket, type WebSocketServer } from "ws";
import { readDirect } from "./direct-socket.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";

export interface LateOwner extends FrameSink {
  /** So many bytes came, whatever they hold. */
  arrived(bytes: number): void;
  /** What is not for it: an own WebSocket has to read it. */
  odd(rest: Buffer): void;
  /** The peer says no more. */
  hungUp(): void;
  /** The socket is gone. */
  closed(code: number): void;
}

type SetSocket = (socket: Socket, head: Buffer, options: unknown) => void;

const line: unique symbol = Symbol("line");
type LateSocket = Socket & { [line]?: FrameReader<LateOwner> | undefined };

const abnormal = 1006;
const nothing = Buffer.alloc(0);

/** What the server makes instead of a WebSocket. */
export class LateWebSocket {
  // What `ws` does when it takes a socket into use.
  setSocket(socket: Socket, head: Buffer): void {
    socket.setTimeout(0);
    socket.setNoDelay();
    if (head.length > 0) socket.unshift(head);
  }
}

/** For a server's options; nothing where WebSockets cannot be late. */
export function lateOptions(): Pick<ServerOptions, "WebSocket"> {
  if (!setSocketOf(WebSocket.prototype)) return {};
  return { WebSocket: LateWebSocket as unknown as typeof WebSocket };
}

/** Ordinary frames go to the owner from now on. */
export function readLate(socket: LateSocket, maxPayloadBytes: number, owner: LateOwner): void {
  socket[line] = new FrameReader(maxPayloadBytes, owner);
  socket.on("close", onClose);
  socket.on("data", onData);
  socket.on("end", onEnd);
  socket.on("error", onError);
  if (!("encrypted" in socket)) readDirect(socket, onRead);
}

/** The WebSocket is there from now on. @returns what was read of a frame that is not complete. */
export function wake(socket: LateSocket, { options }: WebSocketServer): { webSocket: WebSocket; read: Buffer } {
  const read = socket[line]?.take() ?? nothing;
  socket[line] = undefined;
  socket.off("close", onClose).off("data", onData).off("end", onEnd).off("error", onError);
  // A server's own: the types know that of a client.
  const webSocket = new WebSocket(null as never, undefined, options as never);
  setSocketOf(webSocket)?.call(webSocket, socket, nothing, options);
  return { webSocket, read };
}

function setSocketOf(webSocket: WebSocket): SetSocket | undefined {
  const { setSocket } = webSocket as WebSocket & { readonly setSocket?: unknown };
  return typeof setSocket === "function" ? (setSocket as SetSocket) : undefined;
}

// The same functions for all sockets.

function onRead(this: LateSocket, bytes: number, buffer: Buffer): boolean {
  // Its own WebSocket listens already.
  if (!this[line]) return this.push(Buffer.from(buffer.subarray(0, bytes)));
  this[line].sink.arrived(bytes);
  read(this, buffer, bytes);
  return true;
}

function onData(this: LateSocket, chunk: Buffer): void {
  this[line]?.sink.arrived(chunk.length);
  read(this, chunk, chunk.length);
}

function read(socket: LateSocket, chunk: Buffer, bytes: number): void {
  const reader = socket[line];
  const rest = reader?.read(chunk, bytes);
  if (socket[line]) {
    if (rest) socket[line].sink.odd(Buffer.from(rest));
    return;
  }
  // Whoever heard of a frame has asked for the WebSocket, which reads on from here.
  const left = rest ? Buffer.from(rest) : reader?.take();
  if (left) socket.emit("data", left);
}

function onEnd(this: LateSocket): void {
  this[line]?.sink.hungUp();
  this.end();
}

function onError(this: LateSocket): void {
  this.destroy();
}

function onClose(this: LateSocket): void {
  this[line]?.sink.closed(abnormal);
}
