// A response that does not end: the way down of streaming and SSE. The way up are POSTs, which the gateway brings to the
// session itself, so that nothing is ever received here.

import type { ServerResponse } from "node:http";
import {
  type Accepted,
  type CloseReason,
  type Connection,
  type ConnectionListener,
  type Packet,
  payloadParts,
} from "@wireway/protocol";
import { answerHeaders, appendHeaders } from "../answer.ts";
import type { Exchange } from "../exchange.ts";
import type { Terminable } from "../lingering.ts";
import { Backlog, type BacklogOwner } from "./backlog.ts";
import { holdHeaders, holdOf } from "./held.ts";
import type { TransportContext } from "./transport.ts";

const partBytes = 65_536;

/** How packets become bytes or text in the response. */
export interface StreamKind {
  readonly transport: string;
  readonly contentType: string;
  readonly encode: Encode;
  /** The same for the first write, behind or with `paddingBytes` that a reader skips. */
  readonly encodePadded: Encode;
}

type Encode = (packets: readonly Packet[]) => string | Uint8Array;

/** Begins the response and hands it to the session that `accept` finds. @throws {WirewayError} what `accept` throws */
export function openStream(
  kind: StreamKind,
  exchange: Exchange,
  accept: (stream: Connection) => Accepted,
  context: TransportContext,
): void {
  // Nobody is left: the session need not hear of it.
  if (!exchange.isAnswerable) return;
  const { response, query } = exchange;
  const hold = holdOf(query);
  const stream = new ResponseStream(kind, response, context, hold === "twice");
  const accepted = accept(stream);
  appendHeaders(response, exchange.headers);
  response.writeHead(200, { ...answerHeaders, ...holdHeaders(hold), "Content-Type": kind.contentType });
  response.flushHeaders();
  if ("listener" in accepted) {
    stream.listen(accepted.listener);
    return;
  }
  stream.send([accepted.refusal]);
  stream.close();
}

class ResponseStream implements Connection, Terminable, BacklogOwner {
  readonly transport: string;
  readonly lane = "stream";
  readonly polls = false;
  readonly #kind: StreamKind;
  readonly #response: ServerResponse;
  readonly #context: TransportContext;
  readonly #backlog: Backlog;
  /** How the next write is encoded. */
  #encode: Encode;
  #listener: ConnectionListener | undefined;
  #reason: CloseReason = "lost";

  constructor(kind: StreamKind, response: ServerResponse, context: TransportContext, isPadded: boolean) {
    this.transport = kind.transport;
    this.#kind = kind;
    this.#encode = isPadded ? kind.encodePadded : kind.encode;
    this.#response = response;
    this.#context = context;
    this.#backlog = new Backlog(context.options.maxUnconfirmedBytes, this);
    response.on("close", () => this.#closed());
    // A write may still be under way when the peer goes.
    response.on("error", () => undefined);
  }

  get bytesLeft(): number {
    const { socket } = this.#response;
    return socket ? socket.bytesWritten - socket.writableLength : 0;
  }

  get bufferedBytes(): number {
    return this.#response.writableLength;
  }

  relieved(): void {
    this.#listener?.settled("send", []);
  }

  get isFull(): boolean {
    return this.#backlog.isFull(this.bufferedBytes);
  }

  listen(listener: ConnectionListener): void {
    this.#listener = listener;
    this.#context.connections.add(this);
  }

  send(packets: readonly Packet[]): void {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    response.cork();
    for (const part of payloadParts(packets, partBytes)) {
      if (this.#backlog.grow(this.bufferedBytes)) {
        this.#reason = "stalled";
        this.terminate();
        return;
      }
      response.write(this.#encode(part), this.#left);
      this.#encode = this.#kind.encode;
    }
    response.uncork();
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

  readonly #left = (): void => this.#backlog.shrink(this.bufferedBytes);

  #closed(): void {
    this.#context.lingering.delete(this);
    this.#listener?.closed({ reason: this.#reason });
    this.#listener = undefined;
    this.#context.connections.delete(this);
  }
}
