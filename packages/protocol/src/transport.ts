// The contract between a driver and a transport: one file per transport on each side implements it. Packets cross this
// border; bytes never do.
//
// A transport never retries, pings, buffers for later, or knows a session. It never calls back from inside a call: what
// it has to report comes later, in calls that never overlap for one connection.

import type { CloseReason } from "./close-codes.ts";
import type { Packet } from "./packet.ts";

/**
 * How packets travel in one direction. A `stream` takes packets at any time and keeps their order. An `exchange` takes
 * one body at a time: the next only after the last was settled.
 */
export type Lane = "stream" | "exchange";

/** Which exchange: one that carries what this side says, or one that asks for what the peer says. */
export type Request = "send" | "poll";

/** One opened way to the peer. Mortal: once closed, it never opens again. */
export interface Connection {
  /** Name of the transport, such as `websocket`. */
  readonly transport: string;
  /** How what this side sends travels. */
  readonly lane: Lane;
  /** Whether this side has to ask for what the peer sends, poll by poll. */
  readonly polls: boolean;
  /**
   * Bytes heard so far, where the platform tells. A connection that is busy receiving a large message is not silent,
   * although no packet arrives.
   */
  readonly bytesReceived?: number;
  /** Bytes that were handed over and lie in the platform's own buffer, where it tells. */
  readonly bufferedBytes?: number;
  /**
   * Whether a stream holds so much that nothing should be handed over for now. Whoever was told so hears `settled("send")`
   * when it has left.
   */
  readonly isFull?: boolean;
  /**
   * Hands packets over. Keeps order, never throws, and is never called again on an `exchange` before `settled`. A body
   * that is not answered within `timeoutMs` is settled as failed.
   */
  send(packets: readonly Packet[], timeoutMs: number): void;
  /** Asks for what the peer has to say; only where `polls`, and one at a time. */
  poll(packets: readonly Packet[], timeoutMs: number): void;
  /** Ends the connection at once. `closed` follows. */
  close(reason: CloseReason): void;
}

/** What a connection reports. */
export interface ConnectionListener {
  /** Packets came down a stream: whole ones, in order. */
  received(packets: readonly Packet[]): void;
  /**
   * An exchange is over, and the next may start; on a stream, what filled it has left. `answer` holds what came back, or is undefined when none did in time.
   * On a server: a poll waits for what is sent next; without an answer, it was broken off while it waited. `code` is the HTTP status that came instead of an answer, where the
   * connection need not end for it.
   */
  settled(request: Request, answer: readonly Packet[] | undefined, code?: number): void;
  /** The connection has ended, for whatever reason. Comes exactly once, and last. */
  closed(cause: CloseCause): void;
}

/** Why a connection ended, as far as the platform tells. */
export interface CloseCause {
  readonly reason: CloseReason;
  /** HTTP status or WebSocket close code. */
  readonly code?: number;
  /** How long the peer asks to be left alone (`Retry-After`). */
  readonly retryAfterMs?: number;
  /** What happened, for people. */
  readonly message?: string;
}
