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
import { EarlyFrames } from "./early-frames.ts";
import { readFrames } from "./frame-reader.ts";
import { takesFrames, writeBinary, writeFrame } from "./frame-writer.ts";
import { type LateOwner, readLate, wake } from "./late-web-socket.ts";
import { readPayload } from "./read-payload.ts";
import type { TransportContext } from "./transport.ts";
import { type Content, contentsOf, frameCharacters, frameOf, maxFrameBytes } from "./web-socket-contents.ts";

/**
 * Rate limits count messages; this bounds what is none. A client confirms every 64 KiB or 256 messages, so that it says no
 * more than 10,000 things a second below 600 MB/s. Each costs about a microsecond.
 */
const maxControls = 50_000;
const stretchMs = 5_000;

export class WebSocketConnection implements Connection, Terminable, BacklogOwner, CarrierOwner, LateOwner {
  /** Undefined until it is needed. */
  #webSocket: WebSocket | undefined;
  readonly #socket: Socket;
  readonly #context: TransportContext;
  /**
   * How frames are written: by the WebSocket, or on the socket itself. A `plain` one takes most of them at once, while TLS always
   * takes its time.
   */
  readonly #way: "webSocket" | "socket" | "plain";
  readonly #backlog: Backlog;
  #handshake: Handshake | undefined;
  #listener: ConnectionListener | undefined;
  /** Frames that carried no message in the stretch of time that is the last one. */
  #controls = 0;
  #stretch = 0;
  /** Of the WebSocket's own pings the newest, until it is answered. */
  #ping: Buffer | undefined;
  /** What came behind a dial while it is found out whether that may have its session. */
  #early: EarlyFrames | undefined;
  /** Why it ends, once that is known. */
  #cause: CloseReason | undefined;

  constructor(webSocket: WebSocket | undefined, socket: Duplex, handshake: Handshake, context: TransportContext) {
    this.#webSocket = webSocket;
    this.#socket = socket as Socket;
    this.#handshake = handshake;
    this.#context = context;
    const isDirect = !webSocket || takesFrames(webSocket, socket);
    this.#way = !isDirect ? "webSocket" : "encrypted" in socket ? "socket" : "plain";
    this.#backlog = new Backlog(context.options.maxUnconfirmedBytes, this);
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

  #awake(): WebSocket {
    if (this.#webSocket) return this.#webSocket;
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
    return this.#socket.bytesRead;
  }

  get bytesLeft(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  get bufferedBytes(): number {
    // One that writes by itself is there from the beginning.
    return this.#webSocket && this.#way === "webSocket" ? this.#webSocket.bufferedAmount : this.#socket.writableLength;
  }

  get isFull(): boolean {
    return this.#backlog.isFull(this.bufferedBytes);
  }

  send(packets: readonly Packet[]): void {
    const contents = contentsOf(packets);
    const [only] = contents;
    if (contents.length === 1 && only !== undefined) {
      this.#write(only);
      return;
    }
    // Frames of one round leave in one write.
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
      this.#received(readPayload(text, bytes), bytes);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** A binary frame. @internal */
  binary({ buffer, byteOffset, byteLength: bytes }: Buffer): void {
    // Not a Buffer: its `slice` would not copy.
    this.#received([{ type: "message", data: new Uint8Array(buffer, byteOffset, bytes), bytes }], bytes);
  }

  #received(packets: readonly Packet[], bytes: number): void {
    if (this.#cause) return;
    if (this.#early) {
      if (!this.#early.keep(packets, bytes, this.#maxFrameBytes)) this.close("overloaded");
      return;
    }
    try {
      if (!packets.some(isMessage) && !this.#maySpeak()) return;
      if (this.#listener) this.#listener.received(packets);
      else this.#open(packets);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #open(packets: readonly Packet[]): void {
    const handshake = this.#handshake as Handshake;
    this.#context.opening.stop(this);
    this.#handshake = undefined;
    const approval = this.#context.sessions.approveDial(packets, handshake);
    if (!(approval instanceof Promise)) {
      this.#accept(packets, handshake, approval);
      return;
    }
    this.#early = new EarlyFrames();
    (this.#webSocket ?? this.#socket).pause();
    approval.then(
      (refusal) => this.#approved(() => this.#accept(packets, handshake, refusal)),
      (error: unknown) => this.#approved(() => this.#refuse(error)),
    );
  }

  #approved(decide: () => void): void {
    const frames = this.#early?.all ?? [];
    this.#early = undefined;
    (this.#webSocket ?? this.#socket).resume();
    if (this.#cause || !this.#isOpen) return;
    try {
      decide();
    } catch (error) {
      this.#refuse(error);
    }
    for (const [packets, bytes] of frames) this.#received(packets, bytes);
  }

  #accept(packets: readonly Packet[], handshake: Handshake, refusal: Packet | undefined): void {
    const accepted = refusal ? { refusal } : this.#context.sessions.accept(this, packets, handshake);
    if ("listener" in accepted) {
      this.#listener = accepted.listener;
      return;
    }
    this.send([accepted.refusal]);
    this.close("unknown_session");
  }

  #refuse(error: unknown): void {
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
    const stretch = Math.floor(this.#context.clock.now() / stretchMs);
    if (stretch !== this.#stretch) this.#controls = 0;
    this.#stretch = stretch;
    this.#controls++;
    if (this.#controls <= maxControls) return true;
    this.close("overloaded");
    return false;
  }

  #write(content: Content): void {
    if (this.#cause) return;
    const socket = this.#socket;
    // Behind its closing frame a WebSocket says nothing more, and knows that itself.
    const isOpen = this.#isOpen;
    if (isOpen && this.#way === "plain" && socket.writableLength === 0 && socket.writableCorked === 0) {
      this.#writeAtOnce(content);
      return;
    }
    if (this.#backlog.grow(this.bufferedBytes)) {
      this.#cause = "stalled";
      this.terminate();
      return;
    }
    if (isOpen && this.#way !== "webSocket") {
      if (typeof content.data === "string") writeFrame(socket, frameOf(content), this.#left);
      else writeBinary(socket, content.data, this.#left);
    } else if (this.#webSocket) this.#webSocket.send(content.data, this.#left);
    else process.nextTick(this.#left);
  }

  /** Nothing waits in front of it, so that most of it leaves at once, and nobody need be told when it has left. */
  #writeAtOnce(content: Content): void {
    const socket = this.#socket;
    if (typeof content.data === "string") writeFrame(socket, frameOf(content));
    else writeBinary(socket, content.data);
    if (socket.writableLength === 0) return;
    this.#backlog.grow(0);
    // Whatever is written behind it leaves behind it.
    writeFrame(socket, "", this.#left);
  }

  get #left(): () => void {
    return () => this.#backlog.shrink(this.bufferedBytes);
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
