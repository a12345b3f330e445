// The log of dials, for people: what was tried, when, how long it took, and what came of it in words.
// Not here: what follows from any of it (connector, preference).

import { type CloseCause, type CloseReason, closeSentence, type Road } from "@wireway/protocol";

/** Older ones are forgotten. */
const maxAttempts = 32;

/** One dial. Times are on the clock of `performance.now()`. */
export interface Attempt {
  /** Name of the transport. */
  readonly transport: string;
  /** When it began. */
  readonly atMs: number;
  /** The first measured round trip; undefined while there was none. */
  readonly roundTripMs: number | undefined;
  /** When the connection ended; undefined while it lives. */
  readonly endedMs: number | undefined;
  /** Why it ended, for programs; undefined while it lives. */
  readonly reason: CloseReason | undefined;
  /** HTTP status or WebSocket close code that ended it, where the platform tells. */
  readonly code: number | undefined;
  /** What came of it, for people. */
  readonly verdict: string;
}

/** An attempt that still goes on. */
export type OpenAttempt = { -readonly [Field in keyof Attempt]: Attempt[Field] };

export class Attempts {
  #list: OpenAttempt[] = [];

  get list(): readonly Attempt[] {
    return this.#list.map((attempt) => ({ ...attempt }));
  }

  begin(transport: string, atMs: number): OpenAttempt {
    const attempt: OpenAttempt = {
      transport,
      atMs,
      roundTripMs: undefined,
      endedMs: undefined,
      reason: undefined,
      code: undefined,
      verdict: "not answered yet",
    };
    this.#list = [...this.#list.slice(1 - maxAttempts), attempt];
    return attempt;
  }
}

/** How long a connection lived: one that froze did so until it was last heard, because that is noticed late. */
export function lifeMs({ heardAt, since }: Road, reason: CloseReason, now: number): number {
  return (reason === "silent" || reason === "stalled" ? heardAt : now) - since;
}

/** Why a connection ended: the platform's or the peer's own words, or else the table's. */
export function explain({ message, reason }: CloseCause): string {
  return message || closeSentence(reason);
}
