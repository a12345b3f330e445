// What a membership tells its socket, and how the socket's handlers answer. Types alone.

import type { CloseReason, DisconnectDetails } from "@wireway/protocol";
import type { Membership } from "./membership.ts";
import type { SocketEvents } from "./socket-events.ts";

export type EventArgs = readonly [string, ...unknown[]];

/** How a handler of an event that wants an acknowledgement gives it. What comes second does nothing. */
export interface Reply {
  readonly answer: (...args: unknown[]) => void;
  readonly fail: (error: unknown) => void;
}

/** What a membership tells its socket. Must not throw. */
export interface MembershipListener {
  /** @param data what the server hands over. */
  admitted(data: unknown): void;
  event(args: EventArgs, reply: Reply | undefined): void;
  /** What the application is told as it is. */
  tell<Name extends "connect_error" | "warning" | "connection" | "drain">(
    event: Name,
    ...args: Parameters<SocketEvents[Name]>
  ): void;
  /** Comes exactly once, and last. */
  over(membership: Membership, reason: CloseReason, details: DisconnectDetails, next: Next): void;
}

/** Whether the next session should be joined: with the others, or after so many milliseconds. */
export type Next = "stop" | "renew" | { readonly retryAfterMs: number };
