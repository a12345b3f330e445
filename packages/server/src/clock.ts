// The server's clock: monotonic time, and one wheel for all its timers, turned by one interval that runs only while a timer
// waits and never keeps the process alive.

import { type Clock, type Timer, TimerWheel } from "@wireway/protocol";

const tickMs = 100;

/** One turn of the wheel takes longer than most deadlines are away. */
const slots = 512;

const resolved = Promise.resolve();

export class WheelClock implements Clock {
  readonly #wheel = new TimerWheel(tickMs, performance.now(), slots, () => this.#start());
  #deferred: (() => void)[] = [];
  #interval: NodeJS.Timeout | undefined;

  /** Whole milliseconds: engines keep those in the object that has them, and fractions in an object each. */
  now(): number {
    return Math.floor(performance.now());
  }

  timer(task: () => void): Timer {
    return this.#wheel.timer(task);
  }

  /** All that is deferred in one go runs in one microtask: each costs a promise, and with `queueMicrotask` much more. */
  defer(task: () => void): void {
    if (this.#deferred.push(task) === 1) void resolved.then(this.#run);
  }

  /** The same, in front of all that is deferred already. */
  deferFirst(task: () => void): void {
    if (this.#deferred.unshift(task) === 1) void resolved.then(this.#run);
  }

  stop(): void {
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  readonly #run = (): void => {
    const tasks = this.#deferred;
    this.#deferred = [];
    for (const task of tasks) {
      try {
        task();
      } catch (error) {
        throwLater(error);
      }
    }
  };

  #start(): void {
    this.#interval ??= setInterval(() => this.#turn(), tickMs).unref();
  }

  #turn(): void {
    this.#wheel.advance(performance.now());
    if (!this.#wheel.busy) this.stop();
  }
}

/** A fault of one task is no other's; it is the process's, as it would be in a microtask of its own. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
