// A clock that stands still until it is told to go on. Smaller than the test kit's, which this package cannot import.

import type { Clock, Timer } from "../src/clock.ts";

interface Task {
  readonly atMs: number;
  readonly run: () => void;
}

export class TestClock implements Clock {
  #nowMs = 0;
  readonly #tasks = new Set<Task>();
  #deferred: (() => void)[] = [];
  /** Timers that were made, and times that one was armed. */
  timers = 0;
  armings = 0;

  now(): number {
    return this.#nowMs;
  }

  timer(run: () => void): Timer {
    this.timers++;
    let armed: Task | undefined;
    return {
      arm: (deadlineMs) => {
        this.armings++;
        if (armed) this.#tasks.delete(armed);
        armed = deadlineMs === Number.POSITIVE_INFINITY ? undefined : this.#add(deadlineMs, run);
      },
    };
  }

  defer(task: () => void): void {
    this.#deferred.push(task);
  }

  after(delayMs: number, run: () => void): void {
    this.#add(this.#nowMs + delayMs, run);
  }

  /** Goes on by so many milliseconds, doing what falls due on the way, in order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    this.settle();
    for (let count = 0; ; count++) {
      if (count > 100_000) throw new Error(`time stands still at ${this.#nowMs}`);
      const task = [...this.#tasks].sort((a, b) => a.atMs - b.atMs)[0];
      if (!task || task.atMs > untilMs) break;
      this.#tasks.delete(task);
      this.#nowMs = Math.max(this.#nowMs, task.atMs);
      task.run();
      this.settle();
    }
    this.#nowMs = untilMs;
  }

  /** Runs what was deferred until nothing more is. */
  settle(): void {
    for (let task = this.#deferred.shift(); task; task = this.#deferred.shift()) task();
  }

  #add(atMs: number, run: () => void): Task {
    const task = { atMs, run };
    this.#tasks.add(task);
    return task;
  }
}
