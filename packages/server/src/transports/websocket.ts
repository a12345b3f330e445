// WebSocket: both directions are streams. Text frames hold payloads, binary frames one binary message each. A socket
// belongs to no session until its first frame, which has to begin with a dial.
// Not here: the handshake (gateway).
// Source: RFC 6455.

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  type CloseCause,
  type CloseReason,
  type Connection,
  type ConnectionListener,
  closeCode,
  type Lane,
  type Packet,
  WirewayError,
} from "@wireway/protocol";
import type { WebSocket } from "ws";
import type { Handshake } from "../handshake.ts";
import type { Terminable } from "../lingering.ts";
import { tellRequest } from "../taps.ts";
import { Backlog, type BacklogOwner } from "./backlog.ts";
import { type CarrierOwner, carry } from "./carrier.ts";
import { ControlLimit } from "./control-limit.ts";
import { type Writer, writeDirect } from "./direct-socket.ts";
import { readFrames } from "./frame-reader.ts";
import { binaryFrame, copiedBytes, takesFrames, writeBinary, writeFrame } from "./frame-writer.ts";
import { type LateOwner, readLate, wake } from "./late-web-socket.ts";
import { readPayload } from "./read-payload.ts";
import type { TransportContext } from "./transport.ts";
import { type Content, contentsOf, frameCharacters, frameOf, maxFrameBytes } from "./web-socket-contents.ts";
import { type Opener, WebSocketOpening } from "./web-socket-opening.ts";

export class WebSocketConnection
  implements Connection, Terminable, BacklogOwner, CarrierOwner, LateOwner, Opener, Writer
{
  /** Undefined until it is needed. */
  #webSocket: WebSocket | undefined;
  readonly #socket: Socket;
  readonly #context: TransportContext;
  /** How frames are written: by the WebSocket, or on the socket itself. A `plain` one takes most at once, TLS takes its time. */
  readonly #way: "webSocket" | "socket" | "plain";
  /** Undefined until something waits. */
  #backlog: Backlog | undefined;
  /** Whether nothing waits to leave, and nobody else writes: most connections, nearly always. */
  #isFree: boolean;
  /** What was written directly and has not left. */
  #waitingBytes = 0;
  /** What came without a WebSocket of its own; the socket counts slowly. */
  #bytesRead = 0;
  /** Until it belongs to a session, or never will. */
  #opening: WebSocketOpening | undefined;
  #listener: ConnectionListener | undefined;
  /** Undefined until the first frame that carries no message. */
  #controls: ControlLimit | undefined;
  /** Of the WebSocket's own pings the newest, until it is answered. */
  #ping: Buffer | undefined;
  /** Why it ends, once that is known. */
  #cause: CloseReason | undefined;

  constructor(webSocket: WebSocket | undefined, socket: Duplex, handshake: Handshake, context: TransportContext) {
    this.#webSocket = webSocket;
    this.#socket = socket as Socket;
    this.#opening = new WebSocketOpening(this, handshake, context);
    this.#context = context;
    const isDirect = !webSocket || takesFrames(webSocket, socket);
    this.#way = !isDirect ? "webSocket" : "encrypted" in socket ? "socket" : "plain";
    this.#isFree = !webSocket && this.#way === "plain";
  }

  listen(): void {
    this.#context.connections.add(this);
    this.#context.opening.start(this);
    if (this.#webSocket) this.#attach(this.#webSocket);
    else readLate(this.#socket, this.#maxFrameBytes, this);
  }

  #attach(webSocket: WebSocket): void {
    carry(webSocket, this);
    readFrames(webSocket, this.#maxFrameBytes, this);
  }

  /** A frame came that is no whole message. @internal */
  odd(rest: Buffer): void {
    this.#awake();
    this.#socket.emit("data", rest);
  }

  /** @internal */
  arrived(bytes: number): void {
    this.#bytesRead += bytes;
  }

  /** The peer says no more, and the socket ends. @internal */
  hungUp(): void {
    this.#isFree = false;
  }

  #awake(): WebSocket {
    if (this.#webSocket) return this.#webSocket;
    this.#isFree = false;
    const { webSocket, read } = wake(this.#socket, this.#context.webSockets);
    this.#webSocket = webSocket;
    this.#attach(webSocket);
    if (read.length > 0) this.#socket.emit("data", read);
    return webSocket;
  }

  /** Whether a frame may still be said. Behind its closing frame a WebSocket says nothing more. */
  get #isOpen(): boolean {
    return this.#webSocket ? this.#webSocket.readyState === this.#webSocket.OPEN : this.#socket.writable;
  }

  get #maxFrameBytes(): number {
    return maxFrameBytes(this.#context.options.terms.maxMessageBytes);
  }

  get transport(): string {
    return "websocket";
  }

  get lane(): Lane {
    return "stream";
  }

  get polls(): boolean {
    return false;
  }

  get bytesReceived(): number {
    return this.#webSocket ? this.#socket.bytesRead : this.#bytesRead;
  }

  get bytesLeft(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength - this.#waitingBytes;
  }

  get bufferedBytes(): number {
    if (this.#isFree) return 0;
    // One that writes by itself is there from the beginning.
    if (this.#webSocket && this.#way === "webSocket") return this.#webSocket.bufferedAmount;
    return this.#socket.writableLength + this.#waitingBytes;
  }

  get #queue(): Backlog {
    this.#backlog ??= new Backlog(this.#context.options.maxUnconfirmedBytes, this);
    return this.#backlog;
  }

  get isFull(): boolean {
    return !this.#isFree && this.#queue.isFull(this.bufferedBytes);
  }

  send(packets: readonly Packet[]): void {
    const contents = contentsOf(packets);
    const [only] = contents;
    if (contents.length === 1 && only !== undefined) {
      this.#write(only);
      return;
    }
    // Frames of one round leave in one write.
    this.#isFree = false;
    this.#socket.cork();
    for (const content of contents) this.#write(content);
    this.#socket.uncork();
  }

  poll(): void {}

  close(reason: CloseReason): void {
    if (this.#cause) return;
    this.#cause = reason;
    // What is gone need not be told; the end of a socket that is going comes by itself.
    if (!this.#webSocket && this.#socket.destroyed) return;
    this.#context.lingering.add(this);
    this.#awake().close(closeCode(reason), reason);
  }

  terminate(): void {
    if (this.#webSocket) this.#webSocket.terminate();
    else this.#socket.destroy();
  }

  /** A text frame. @internal */
  text(text: string, bytes: number): void {
    if (this.#cause) return;
    try {
      this.received(readPayload(text, bytes), bytes);
    } catch (error) {
      this.refuse(error);
    }
  }

  /** A binary frame. @internal */
  binary(data: Uint8Array): void {
    this.received([{ type: "message", data, bytes: data.length }], data.length);
  }

  /** @internal */
  received(packets: readonly Packet[], bytes: number): void {
    if (this.#cause) return;
    try {
      if (!packets.some(isMessage) && !this.#maySpeak()) return;
      if (this.#listener) this.#listener.received(packets);
      else {
        this.#context.opening.stop(this);
        this.#opening?.received(packets, bytes);
      }
    } catch (error) {
      this.refuse(error);
    }
  }

  /** @internal */
  opened(listener: ConnectionListener): void {
    this.#opening = undefined;
    this.#listener = listener;
  }

  /** @internal */
  get isOver(): boolean {
    return this.#cause !== undefined || !this.#isOpen;
  }

  /** @internal */
  get source(): { pause(): void; resume(): void } {
    return this.#webSocket ?? this.#socket;
  }

  /** @internal */
  refuse(error: unknown): void {
    if (!(error instanceof WirewayError)) this.#context.report(error, { event: "request" });
    tellRequest(error, { method: "GET", socket: this.#socket });
    // Without room the peer has done nothing wrong.
    const isFull = error instanceof WirewayError && error.status === 503;
    this.close(isFull ? "overloaded" : "malformed");
  }

  /**
   * The answer to a ping of the WebSocket itself, once for all that came together, as RFC 6455 section 5.5.3 allows: each is a
   * system call. Skipped while much waits, which is a sign of life too. @internal
   */
  pinged(data: Buffer): void {
    if (this.#cause || !this.#maySpeak()) return;
    const isFirst = this.#ping === undefined;
    this.#ping = data;
    if (isFirst) setImmediate(() => this.#pong());
  }

  #pong(): void {
    const data = this.#ping;
    this.#ping = undefined;
    if (this.#cause || this.#socket.writableLength >= frameCharacters) return;
    this.#awake().pong(data);
  }

  /** Whether one more frame without a message is in order. */
  #maySpeak(): boolean {
    this.#controls ??= new ControlLimit();
    if (this.#controls.allows(this.#context.clock)) return true;
    this.close("overloaded");
    return false;
  }

  #write(content: Content): void {
    if (this.#cause) return;
    const socket = this.#socket;
    const { data } = content;
    const isText = typeof data === "string";
    if ((isText || data.length <= copiedBytes) && (this.#isFree || this.#isClear())) {
      // Most of it leaves at once, and nobody need be told when it has left.
      this.#waitingBytes = writeDirect(socket, isText ? frameOf(content) : binaryFrame(data), this);
      this.#isFree &&= this.#waitingBytes === 0;
      if (this.#waitingBytes > 0) this.#queue.grow(0);
      return;
    }
    // Behind its closing frame a WebSocket says nothing more, and knows that itself.
    const isOpen = this.#isOpen;
    this.#isFree = false;
    if (this.#queue.grow(this.bufferedBytes)) {
      this.#cause = "stalled";
      this.terminate();
      return;
    }
    const left = (): void => this.#queue.shrink(this.bufferedBytes);
    if (isOpen && this.#way !== "webSocket") {
      if (isText) writeFrame(socket, frameOf(content), left);
      else writeBinary(socket, data, left);
    } else if (this.#webSocket) this.#webSocket.send(data, left);
    else process.nextTick(left);
  }

  /** Whether nothing waits in front of what is written now. */
  #isClear(): boolean {
    const { writableLength, writableCorked } = this.#socket;
    if (this.#way !== "plain" || this.#waitingBytes + writableLength + writableCorked > 0 || !this.#isOpen)
      return false;
    this.#isFree = !this.#webSocket;
    return true;
  }

  /** What was written directly has left. @internal */
  left(): void {
    this.#waitingBytes = 0;
    this.#queue.shrink(this.bufferedBytes);
  }

  /** For the backlog. */
  relieved(): void {
    if (!this.#cause) this.#listener?.settled("send", []);
  }

  /** @internal */
  failed(error: Error & { code?: string }): void {
    const isTooLarge = error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    // The other errors that have such a code are frames which RFC 6455 forbids.
    this.#cause ??= isTooLarge ? "message_too_large" : error.code?.startsWith("WS_ERR_") ? "malformed" : "lost";
    this.#context.lingering.add(this);
  }

  /** @internal */
  closed(code: number): void {
    const { opening, lingering, connections } = this.#context;
    opening.stop(this);
    lingering.delete(this);
    const cause: CloseCause = { reason: this.#cause ?? "lost", code };
    this.#listener?.closed(cause);
    connections.delete(this);
  }
}

function isMessage({ type }: Packet): boolean {
  return type === "message";
}
