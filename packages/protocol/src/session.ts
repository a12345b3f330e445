// What a driver sees of a session, whichever end it is: calls that tell what happened and when, a deadline, and one way
// to fetch what is to be done. Mutate once, drain fully.

import type { CloseReason, Ending } from "./close-codes.ts";
import type { Ledger } from "./ledger.ts";
import type { Redirect } from "./open.ts";
import type { Message, MessageData, Packet } from "./packet.ts";
import type { Road } from "./road.ts";
import type { Request } from "./transport.ts";

/** `open`: lives. `closing`: the close packet still has to go out. `ended`: over, for good. */
export type SessionState = "open" | "closing" | "ended";

export interface Session {
  readonly ledger: Ledger;
  readonly state: SessionState;
  /** The road that messages go by; none while suspended. */
  readonly current: Road | undefined;
  /** The road that would carry a message now: the current one, or where there is none, one that may become it. */
  readonly voice: Road | undefined;
  /** When `advance` wants to be called next, `Infinity` for never. */
  readonly deadline: number;
  /** @returns whether the message was taken: false when it is over the outbox's limit or the session is not open. */
  send(message: Message, now: number): boolean;
  /** @returns false when nothing is to be done for it, and no deadline came nearer. */
  receive(road: Road, packets: readonly Packet[], now: number): unknown;
  /** @param code the HTTP status that came instead of an answer. */
  settled(road: Road, request: Request, answer: readonly Packet[] | undefined, now: number, code?: number): void;
  closed(road: Road, now: number): void;
  close(reason: CloseReason, message: string | undefined, now: number): void;
  /** Time may have passed unnoticed, or the network changed: every road has to show soon that it lives. */
  wake(now: number): void;
  advance(now: number): void;
  /** Hands over everything that is to be done, until nothing is left. */
  drain(sink: SessionSink, now: number): void;
}

/** What a session wants done. */
export interface SessionSink {
  write(road: Road, packets: readonly Packet[], timeoutMs: number): void;
  poll(road: Road, packets: readonly Packet[], timeoutMs: number): void;
  drop(road: Road, reason: CloseReason): void;
  deliver(message: MessageData): void;
  /** The session moved, was proven on its road, or lost it. */
  changed(session: Session): void;
  /** The server asks to go elsewhere. */
  redirected(redirect: Redirect): void;
  ended(ending: Ending): void;
}
