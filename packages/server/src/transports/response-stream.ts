// A response that does not end: the way down of streaming and SSE. The way up are POSTs, which the gateway brings to the
// session itself, so that nothing is ever received here.

import type { ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Accepted, CloseReason, Connection, ConnectionListener, Packet } from "@wireway/protocol";
import { writeHeadOf } from "../answer.ts";
import type { Exchange, Holder } from "../exchange.ts";
import type { Terminable } from "../lingering.ts";
import { Backlog, type BacklogOwner } from "./backlog.ts";
import { chunkedHeaders, takesChunks, writeBlock } from "./chunk-writer.ts";
import { type Writer, writeDirect } from "./direct-socket.ts";
import { holdHeaders, holdOf } from "./held.ts";
import { chunkOfContent, contentsOf, type Encode, type StreamContent, type StreamContents } from "./stream-contents.ts";
import type { TransportContext } from "./transport.ts";

/** How packets become bytes or text in the response. */
export interface StreamKind {
  readonly transport: string;
  readonly contentType: string;
  readonly contents: StreamContents;
  /** For the first write, behind or with `paddingBytes` that a reader skips. */
  readonly encodePadded: Encode;
}

/** Begins the response and hands it to the session that `accept` finds. @throws {WirewayError} what `accept` throws */
export function openStream(
  kind: StreamKind,
  exchange: Exchange,
  accept: (stream: Connection) => Accepted,
  context: TransportContext,
): void {
  // Nobody is left: the session need not hear of it.
  if (!exchange.isAnswerable) return;
  const { request, response, query } = exchange;
  const hold = holdOf(query);
  const stream = new ResponseStream(kind, exchange, context, hold === "twice");
  const accepted = accept(stream);
  const socket = takesChunks(request, response) ? response.socket : null;
  const headers = [...holdHeaders(hold), "Content-Type", kind.contentType];
  writeHeadOf(exchange, socket ? [...headers, ...chunkedHeaders] : headers);
  // What the session says to a dial leaves with the head: its turn comes first.
  socket?.cork();
  response.flushHeaders();
  if (socket) queueMicrotask(() => socket.uncork());
  stream.begin(socket);
  if ("listener" in accepted) {
    stream.listen(accepted.listener);
    return;
  }
  stream.send([accepted.refusal]);
  stream.close();
}

class ResponseStream implements Connection, Terminable, BacklogOwner, Holder, Writer {
  readonly transport: string;
  readonly lane = "stream";
  readonly polls = false;
  readonly #kind: StreamKind;
  readonly #response: ServerResponse;
  readonly #context: TransportContext;
  /** Of one that ever had to wait. */
  #backlog: Backlog | undefined;
  /** What chunks are written on; undefined where the response makes them itself. */
  #socket: Socket | undefined;
  /** The same where it takes most at once. */
  #plain: Socket | undefined;
  /** Bytes that wait beneath the streams of Node. */
  #waitingBytes = 0;
  /** Whether the next write is to be padded. */
  #isPadded: boolean;
  #listener: ConnectionListener | undefined;
  #reason: CloseReason = "lost";

  constructor(kind: StreamKind, exchange: Exchange, context: TransportContext, isPadded: boolean) {
    this.transport = kind.transport;
    this.#kind = kind;
    this.#isPadded = isPadded;
    this.#response = exchange.response;
    this.#context = context;
    exchange.holder = this;
    // A write may still be under way when the peer goes.
    exchange.response.on("error", ignore);
  }

  get bytesLeft(): number {
    const { socket } = this.#response;
    return socket ? socket.bytesWritten - socket.writableLength - this.#waitingBytes : 0;
  }

  get bufferedBytes(): number {
    return this.#response.writableLength + this.#waitingBytes;
  }

  relieved(): void {
    this.#listener?.settled("send", []);
  }

  get isFull(): boolean {
    return this.#backlog?.isFull(this.bufferedBytes) ?? false;
  }

  /** @param socket beneath the response, whose head was written; none where the response makes its chunks itself. */
  begin(socket: Socket | null): void {
    this.#socket = socket ?? undefined;
    if (socket?.constructor === Socket) this.#plain = socket;
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener;
    this.#context.connections.add(this);
  }

  send(packets: readonly Packet[]): void {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    const { contents, encodePadded } = this.#kind;
    const pieces = this.#isPadded ? contentsOf(packets, encodePadded) : contents.of(packets);
    this.#isPadded = false;
    const [only] = pieces;
    if (pieces.length === 1 && only !== undefined) {
      this.#write(only);
      return;
    }
    const stream = this.#socket ?? response;
    stream.cork();
    for (const piece of pieces) if (!this.#write(piece)) return;
    stream.uncork();
  }

  poll(): void {}

  close(): void {
    if (this.#response.writableEnded) return;
    this.#context.lingering.add(this);
    this.#response.end();
  }

  terminate(): void {
    this.#response.destroy();
  }

  /** The response is over. */
  released(): void {
    this.#context.lingering.delete(this);
    this.#listener?.closed({ reason: this.#reason });
    this.#listener = undefined;
    this.#context.connections.delete(this);
  }

  /** @returns whether it was not one too many. */
  #write(piece: StreamContent): boolean {
    const plain = this.#plain;
    if (plain && this.#isClear(plain)) {
      this.#waitingBytes = writeDirect(plain, chunkOfContent(piece), this);
      if (this.#waitingBytes > 0) this.#queue.grow(0);
      return true;
    }
    if (this.#queue.grow(this.bufferedBytes)) {
      this.#reason = "stalled";
      this.terminate();
      return false;
    }
    const left = (): void => this.#queue.shrink(this.bufferedBytes);
    if (this.#socket) writeBlock(this.#socket, chunkOfContent(piece), left);
    else writeBlock(this.#response, piece.block, left);
    return true;
  }

  /** Whether nothing waits in front of what is written now, and no time limit of Node's looks at what its streams do. */
  #isClear({ writableLength, writableCorked, timeout }: Socket): boolean {
    return this.#waitingBytes + writableLength + writableCorked === 0 && !timeout;
  }

  get #queue(): Backlog {
    this.#backlog ??= new Backlog(this.#context.options.maxUnconfirmedBytes, this);
    return this.#backlog;
  }

  /** What was written directly has left. @internal */
  left(): void {
    this.#waitingBytes = 0;
    this.#queue.shrink(this.bufferedBytes);
  }
}

function ignore(): void {}
