// What a server tells those who watch over it, on channels of Node's `diagnostics_channel`. The names and fields are stable.
// No message holds a payload, a token, or what a request said beside its address. All servers of a process tell here.
// Not here: where it happens (taps, journey), what is made of it (metrics, debug).
// Source: https://nodejs.org/api/diagnostics_channel.html

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { CloseReason } from "@wireway/protocol";

/** A limit is named as the option that sets it. */
export type DiagnosticLimit =
  | "maxSessions"
  | "maxHandshakes"
  | "maxBodyBytes"
  | "bodyTimeoutMs"
  | "middlewareTimeoutMs"
  | "maxMessageBytes"
  | "maxUnconfirmedBytes"
  | "maxSuspendedBytes"
  | "volatileBytes"
  | "sessionMessagesPerSecond"
  | "sessionBytesPerSecond"
  | "addressMessagesPerSecond"
  | "addressBytesPerSecond";

/** What is told on each channel. `session` and `socket` are ids: public, random, never used again. */
export interface DiagnosticMessages {
  /** A connection belongs to a session now. `connection` counts those of the session. */
  "wireway:connection:open": {
    readonly session: string;
    readonly connection: number;
    readonly transport: string;
    readonly address: string;
  };
  /** It does not any more. `code` is what the platform told, such as a WebSocket's close code. */
  "wireway:connection:close": {
    readonly session: string;
    readonly connection: number;
    readonly transport: string;
    readonly reason: CloseReason;
    readonly code: number | undefined;
  };
  /** A session begins. `address` is the handshake's. */
  "wireway:session:open": {
    readonly session: string;
    readonly address: string;
  };
  /** It has lost the connection that its messages went by; they wait. */
  "wireway:session:suspend": {
    readonly session: string;
  };
  /** It goes on over another connection: after `suspendedMs` without one, or 0 where it moved while it had one. */
  "wireway:session:resume": {
    readonly session: string;
    readonly transport: string;
    readonly suspendedMs: number;
  };
  /** It is over. `by` tells which side ended it: `local` is the server. */
  "wireway:session:close": {
    readonly session: string;
    readonly user: string | undefined;
    readonly reason: CloseReason;
    readonly by: "local" | "remote";
    readonly durationMs: number;
  };
  /** A socket was let into a namespace. */
  "wireway:socket:connect": {
    readonly session: string;
    readonly socket: string;
    readonly namespace: string;
    readonly user: string | undefined;
  };
  /** A client was not let into a namespace. `reason` is a `Refusal`'s, or `unknown_namespace`. */
  "wireway:socket:refuse": {
    readonly session: string;
    readonly namespace: string;
    readonly reason: string | undefined;
  };
  /** A socket that had been let in is over. */
  "wireway:socket:disconnect": {
    readonly session: string;
    readonly socket: string;
    readonly namespace: string;
    readonly reason: CloseReason;
  };
  /** An event came, before its contract, its middlewares and its handlers. `bytes` is the size of its message. */
  "wireway:event:in": {
    readonly session: string;
    readonly socket: string;
    readonly namespace: string;
    readonly event: string;
    readonly bytes: number;
  };
  /** An event was taken for a socket, a broadcast's once for each receiver. One that waits may still give way to a newer. */
  "wireway:event:out": {
    readonly session: string;
    readonly socket: string;
    readonly namespace: string;
    readonly event: string;
    readonly bytes: number;
  };
  /**
   * A limit was met: a client was `warned`, something of it was `refused` or `dropped`, or its session was `closed`. The
   * session is undefined where a request had none.
   */
  "wireway:limit": {
    readonly limit: DiagnosticLimit;
    readonly outcome: "warned" | "refused" | "dropped" | "closed";
    readonly session: string | undefined;
    readonly address: string | undefined;
  };
  /** A request was refused with an HTTP status. `address` is the connection's other end, whatever `clientAddress` says. */
  "wireway:request:refuse": {
    readonly code: string;
    readonly status: number;
    readonly method: string;
    readonly address: string | undefined;
  };
  /** What the server's event `error` tells, whether somebody listens to that or not. */
  "wireway:error": {
    readonly error: unknown;
    readonly event: string | undefined;
    readonly socket: string | undefined;
    readonly namespace: string | undefined;
  };
}

/** Name of a channel. */
export type DiagnosticName = keyof DiagnosticMessages;

/** All channels. @internal */
export const diagnosticNames: readonly DiagnosticName[] = Object.keys({
  "wireway:connection:open": true,
  "wireway:connection:close": true,
  "wireway:session:open": true,
  "wireway:session:suspend": true,
  "wireway:session:resume": true,
  "wireway:session:close": true,
  "wireway:socket:connect": true,
  "wireway:socket:refuse": true,
  "wireway:socket:disconnect": true,
  "wireway:event:in": true,
  "wireway:event:out": true,
  "wireway:limit": true,
  "wireway:request:refuse": true,
  "wireway:error": true,
} satisfies Record<DiagnosticName, true>) as DiagnosticName[];

/** What listens, by the name of the channel. */
export type DiagnosticHandlers = {
  readonly [Name in DiagnosticName]?: (message: DiagnosticMessages[Name]) => void;
};

/**
 * Listens to channels, as `subscribe` of `node:diagnostics_channel` does, with types. A handler is called at once, in the
 * midst of what it is told of: it should be short. One that throws disturbs nothing here, but Node reports it as an uncaught
 * exception in the next tick, which ends the process by default. @returns what undoes it.
 */
export function subscribeDiagnostics(handlers: DiagnosticHandlers): () => void {
  const all = Object.entries(handlers).map(([name, handler]) => {
    // One handler given twice is called twice, and each of the two is undone by itself.
    const listener = (message: unknown): void => (handler as (message: unknown) => void)(message);
    return [name, listener] as const;
  });
  for (const [name, listener] of all) subscribe(name, listener);
  return () => {
    for (const [name, listener] of all) unsubscribe(name, listener);
  };
}
