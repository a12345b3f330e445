// Everything that was dialled and lives, with the time limit of each, and the log of what came of it.
// Not here: what is dialled, and what follows from an end (connector).

import type { CloseCause, Road, Timer } from "@wireway/protocol";
import { type Attempt, Attempts, explain, lifeMs, type OpenAttempt } from "./attempts.ts";

interface Dial {
  /** Ends it when no answer comes. */
  readonly limit: Timer;
  readonly attempt: OpenAttempt;
}

export class Dials {
  readonly #attempts = new Attempts();
  readonly #dials = new Map<Road, Dial>();

  get attempts(): readonly Attempt[] {
    return this.#attempts.list;
  }

  get roads(): readonly Road[] {
    return [...this.#dials.keys()];
  }

  get unanswered(): readonly Road[] {
    return this.roads.filter(({ epoch }) => epoch === 0);
  }

  begin(road: Road, limit: Timer, now: number): void {
    this.#dials.set(road, { limit, attempt: this.#attempts.begin(road.connection.transport, now) });
  }

  /** An answer is not waited for beyond that time. */
  limit(road: Road, deadlineMs: number): void {
    this.#dials.get(road)?.limit.arm(deadlineMs);
  }

  serves(road: Road): void {
    const attempt = this.#dials.get(road)?.attempt;
    if (!attempt) return;
    attempt.verdict = "serves";
    attempt.roundTripMs = road.roundTripMs;
  }

  /** @returns false when its end was told before. */
  end(road: Road, cause: CloseCause, now: number): boolean {
    const dial = this.#dials.get(road);
    if (!dial) return false;
    const { limit, attempt } = dial;
    limit.arm(Number.POSITIVE_INFINITY);
    this.#dials.delete(road);
    attempt.endedMs = now;
    attempt.reason = cause.reason;
    attempt.code = cause.code;
    attempt.roundTripMs ??= road.roundTripMs;
    attempt.verdict = `${road.proven ? `served for ${Math.round(lifeMs(road, cause.reason, now))} ms; ` : ""}${explain(cause)}`;
    return true;
  }

  /** What lives is somebody else's from now on. */
  forget(): void {
    for (const { limit } of this.#dials.values()) limit.arm(Number.POSITIVE_INFINITY);
    this.#dials.clear();
  }
}
