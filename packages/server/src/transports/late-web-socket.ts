// A WebSocket of `ws` that comes to be when it is needed: for a ping, a fragment, a closing frame, for whatever is no whole
// message. Until then, for most connections until their end, ordinary frames are read and written on the socket itself, and
// the objects of `ws` need not be there: they take more memory than anything else of an idle connection.
// Source: RFC 6455. Private parts of `ws`: how its server takes a WebSocket into use (`setSocket`). Without it, each WebSocket
// is there from the beginning.

import type { Socket } from "node:net";
import { type ServerOptions, WebSocket, type WebSocketServer } from "ws";
import { FrameReader, type FrameSink } from "./frame-reader.ts";

export interface LateOwner extends FrameSink {
  /** What is not for it: an own WebSocket has to read it. */
  odd(rest: Buffer): void;
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

function onData(this: LateSocket, chunk: Buffer): void {
  const reader = this[line];
  const rest = reader?.read(chunk);
  if (this[line]) {
    if (rest) this[line].sink.odd(rest);
    return;
  }
  // Whoever heard of a frame has asked for the WebSocket, which reads on from here.
  const left = rest ?? reader?.take();
  if (left) this.emit("data", left);
}

function onEnd(this: LateSocket): void {
  this.end();
}

function onError(this: LateSocket): void {
  this.destroy();
}

function onClose(this: LateSocket): void {
  this[line]?.sink.closed(abnormal);
}
