// The server's clock: monotonic time, and one wheel for all its timers, turned by one interval that runs only while a timer
// waits and never keeps the process alive.

import { type Clock, type Timer, TimerWheel } from "@wireway/protocol";

const tickMs = 100;

/** One turn of the wheel takes longer than most deadlines are away. */
const slots = 512;

export class WheelClock implements Clock {
  readonly #wheel = new TimerWheel(tickMs, performance.now(), slots, () => this.#start());
  #interval: NodeJS.Timeout | undefined;

  now(): number {
    return performance.now();
  }

  timer(task: () => void): Timer {
    return this.#wheel.timer(task);
  }

  defer(task: () => void): void {
    queueMicrotask(task);
  }

  stop(): void {
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  #start(): void {
    this.#interval ??= setInterval(() => this.#turn(), tickMs).unref();
  }

  #turn(): void {
    this.#wheel.advance(performance.now());
    if (!this.#wheel.busy) this.stop();
  }
}
