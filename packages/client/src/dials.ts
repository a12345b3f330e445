// Everything that was dialled: what lives, with the time limit of each, and the log of what came of it in words, for people.
// Not here: what is dialled, and what follows from an end (connector).

import { type CloseCause, type CloseReason, closeSentence, type Road, type Timer } from "@wireway/protocol";

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

interface Dial {
  /** Ends it when no answer comes. */
  readonly limit: Timer;
  attempt: Attempt;
}

export class Dials {
  #log: Dial[] = [];
  readonly #living = new Map<Road, Dial>();

  get attempts(): readonly Attempt[] {
    return this.#log.map(({ attempt }) => attempt);
  }

  get roads(): readonly Road[] {
    return [...this.#living.keys()];
  }

  get unanswered(): readonly Road[] {
    return this.roads.filter(({ epoch }) => epoch === 0);
  }

  begin(road: Road, limit: Timer, atMs: number): void {
    const { transport } = road.connection;
    const rest = { roundTripMs: undefined, endedMs: undefined, reason: undefined, code: undefined };
    const dial = { limit, attempt: { transport, atMs, ...rest, verdict: "not answered yet" } };
    this.#living.set(road, dial);
    this.#log = [...this.#log.slice(1 - maxAttempts), dial];
  }

  /** An answer is not waited for beyond that time. */
  limit(road: Road, deadlineMs: number): void {
    this.#living.get(road)?.limit.arm(deadlineMs);
  }

  serves(road: Road): void {
    const dial = this.#living.get(road);
    if (dial) dial.attempt = { ...dial.attempt, verdict: "serves", roundTripMs: road.roundTripMs };
  }

  /** @returns false when its end was told before. */
  end(road: Road, cause: CloseCause, endedMs: number): boolean {
    const dial = this.#living.get(road);
    if (!dial) return false;
    const { reason, code } = cause;
    const roundTripMs = dial.attempt.roundTripMs ?? road.roundTripMs;
    const served = road.proven ? `served for ${Math.round(lifeMs(road, reason, endedMs))} ms; ` : "";
    dial.attempt = { ...dial.attempt, endedMs, reason, code, roundTripMs, verdict: served + explain(cause) };
    dial.limit.arm(Number.POSITIVE_INFINITY);
    this.#living.delete(road);
    return true;
  }

  /** What lives is somebody else's from now on. */
  forget(): void {
    for (const { limit } of this.#living.values()) limit.arm(Number.POSITIVE_INFINITY);
    this.#living.clear();
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
