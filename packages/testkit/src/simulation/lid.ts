// The clock of a client whose machine may sleep, or whose page may be frozen, while everybody else's time goes on: what
// falls due or arrives meanwhile happens when it is opened again.

import type { Clock, Timer } from "@wireway/protocol";
import type { FakeClock } from "../fake-clock.ts";
import type { Random } from "../random.ts";

export class Lid implements Clock {
  readonly #clock: FakeClock;
  readonly #random: Random;
  #isShut = false;
  #timers: (() => void)[] = [];
  readonly #arrivals: (() => void)[] = [];

  constructor(clock: FakeClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  now(): number {
    return this.#clock.now();
  }

  after(delayMs: number, run: () => void): () => void {
    let cancelled = false;
    const cancel = this.#clock.after(delayMs, () => this.#fire(() => cancelled || run()));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  timer(run: () => void): Timer {
    let armed = 0;
    let fires = 0;
    const timer = this.#clock.timer(() => {
      fires = armed;
      this.#fire(() => fires === armed && run());
    });
    return {
      arm: (deadlineMs) => {
        armed++;
        timer.arm(deadlineMs);
      },
    };
  }

  defer(task: () => void): void {
    this.#clock.defer(() => this.#fire(task));
  }

  /** Something comes from outside; never before what came earlier. */
  arrive(run: () => void): void {
    if (!this.#isShut && this.#arrivals.length === 0) return run();
    this.#arrivals.push(run);
    if (!this.#isShut) this.#clock.after(0, () => this.#takeIn());
  }

  shut(): void {
    this.#isShut = true;
  }

  open(): void {
    this.#isShut = false;
    const timers = this.#timers;
    this.#timers = [];
    const takeTimers = (): void => {
      for (const run of timers) this.#clock.after(0, () => this.#fire(run));
    };
    // Nobody says what comes first.
    const timersFirst = this.#random.chance(0.5);
    if (timersFirst) takeTimers();
    // What one task defers is done before the next one.
    for (const _ of this.#arrivals) this.#clock.after(0, () => this.#takeIn());
    if (!timersFirst) takeTimers();
  }

  #takeIn(): void {
    if (!this.#isShut) this.#arrivals.shift()?.();
  }

  #fire(run: () => void): void {
    if (this.#isShut) this.#timers.push(run);
    else run();
  }
}
