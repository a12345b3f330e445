// The server's clock: monotonic time, and one wheel for all its timers, turned by one interval that runs only while a timer
// waits and never keeps the process alive.

import { type Clock, type Timer, TimerWheel } from "@wireway/protocol";

const tickMs = 100;

export class WheelClock implements Clock {
  readonly #wheel = new TimerWheel(tickMs, performance.now());
  #interval: NodeJS.Timeout | undefined;

  now(): number {
    return performance.now();
  }

  timer(task: () => void): Timer {
    return new ReleasingTimer(task, this.#wheel, () => this.#start());
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

/**
 * The wheel keeps a disarmed timer until its slot comes round; it must not keep what the timer belongs to, such as the
 * outbox of a session that has ended.
 */
class ReleasingTimer implements Timer {
  readonly #task: () => void;
  readonly #armed: { task: (() => void) | undefined };
  readonly #timer: Timer;
  readonly #start: () => void;

  constructor(task: () => void, wheel: TimerWheel, start: () => void) {
    const armed: { task: (() => void) | undefined } = { task: undefined };
    this.#task = task;
    this.#armed = armed;
    this.#timer = wheel.timer(() => armed.task?.());
    this.#start = start;
  }

  arm(deadlineMs: number): void {
    this.#armed.task = deadlineMs === Number.POSITIVE_INFINITY ? undefined : this.#task;
    this.#timer.arm(deadlineMs);
    if (this.#armed.task) this.#start();
  }
}
