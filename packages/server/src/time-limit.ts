// One time limit for many things: bodies that arrive, tickets that wait, sessions that nobody joined. As all of them have
// equally long, they end in the order in which they came, and one timer for the oldest serves them all.

import type { Clock, Timer } from "@wireway/protocol";

export class TimeLimit<T> {
  readonly limitMs: number;
  readonly #clock: Clock;
  readonly #exceeded: (item: T) => void;
  readonly #timer: Timer;
  /** When each one's time is up, the oldest first. */
  readonly #deadlines = new Map<T, number>();

  constructor(limitMs: number, clock: Clock, exceeded: (item: T) => void) {
    this.limitMs = limitMs;
    this.#clock = clock;
    this.#exceeded = exceeded;
    this.#timer = clock.timer(() => this.#sweep());
  }

  get size(): number {
    return this.#deadlines.size;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#deadlines.keys();
  }

  /** Its time begins, anew if it had begun. */
  start(item: T): void {
    this.#deadlines.delete(item);
    this.#deadlines.set(item, this.#clock.now() + this.limitMs);
    if (this.#deadlines.size === 1) this.#arm();
  }

  /** @returns whether its time was running. */
  stop(item: T): boolean {
    const ran = this.#deadlines.delete(item);
    if (this.#deadlines.size === 0) this.#timer.arm(Number.POSITIVE_INFINITY);
    return ran;
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [item, deadline] of this.#deadlines) {
      if (deadline > now) break;
      this.#deadlines.delete(item);
      this.#exceeded(item);
    }
    this.#arm();
  }

  #arm(): void {
    for (const deadline of this.#deadlines.values()) {
      this.#timer.arm(deadline);
      return;
    }
  }
}
