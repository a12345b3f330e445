// Asks everybody to leave before a server ends: evenly over the time there is, in random order, so that the servers that
// take them over get them as a trickle and not as a flood. One timer serves all of them, and whoever has left by itself
// leaves its share of the time to the others.
// Not here: what asking means, what becomes of those that stay (sessions).

import type { Clock, Timer } from "@wireway/protocol";

/** Not finer: the clock's own tick. */
const stepMs = 100;
/** The share of the time in which all are asked; the rest is for the last ones to leave. */
const askingShare = 0.9;

export interface DrainContext<T> {
  readonly clock: Clock;
  readonly drainMs: number;
  readonly random: () => number;
  /** Asks one to leave. */
  readonly ask: (one: T) => void;
}

export class Drain<T> {
  /** Resolves when the time is up, or `end` was called. */
  readonly done: Promise<void>;
  readonly #context: DrainContext<T>;
  /** Those that were not asked yet, in the order in which they will be. */
  readonly #waiting: Set<T>;
  readonly #timer: Timer;
  readonly #askedBy: number;
  readonly #endsAt: number;
  #resolve: () => void = () => undefined;

  constructor(all: Iterable<T>, context: DrainContext<T>) {
    const { clock, drainMs } = context;
    this.#context = context;
    this.#waiting = new Set(shuffled([...all], context.random));
    this.#askedBy = clock.now() + drainMs * askingShare;
    this.#endsAt = clock.now() + drainMs;
    this.#timer = clock.timer(() => this.#step());
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#step();
  }

  get leftMs(): number {
    return Math.max(0, this.#endsAt - this.#context.clock.now());
  }

  /** It has left. */
  delete(one: T): void {
    this.#waiting.delete(one);
  }

  end(): void {
    this.#waiting.clear();
    this.#timer.arm(Number.POSITIVE_INFINITY);
    this.#resolve();
  }

  #step(): void {
    const { clock, ask } = this.#context;
    const now = clock.now();
    if (now >= this.#endsAt) return this.end();
    const leftMs = this.#askedBy - now;
    const pauseMs = Math.max(stepMs, leftMs / this.#waiting.size);
    let share = leftMs > 0 ? Math.round((this.#waiting.size * pauseMs) / leftMs) : this.#waiting.size;
    for (const one of this.#waiting) {
      if (share-- <= 0) break;
      this.#waiting.delete(one);
      ask(one);
    }
    this.#timer.arm(this.#waiting.size > 0 ? Math.min(now + pauseMs, this.#endsAt) : this.#endsAt);
  }
}

/** Source: Durstenfeld, "Algorithm 235: Random permutation" (1964). */
function shuffled<T>(all: T[], random: () => number): T[] {
  for (let index = all.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [all[index], all[other]] = [all[other] as T, all[index] as T];
  }
  return all;
}
