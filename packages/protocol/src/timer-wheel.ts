// Many timers at the price of one: deadlines are sorted into slots of `tickMs`, and one sweep per tick looks at the slots
// that are due. Arming a timer again to a later time costs nothing: its slot is looked at as before, and passes it on.
// Fires up to one tick late, never early. Pure: somebody else calls `advance` and reads `busy`.
// Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987), scheme 6.

import type { Timer } from "./clock.ts";

export class TimerWheel {
  readonly #tickMs: number;
  readonly #slots: WheelTimer[][];
  #tick: number;
  #armed = 0;

  constructor(tickMs: number, now: number, slots = 512) {
    this.#tickMs = tickMs;
    this.#tick = Math.floor(now / tickMs);
    this.#slots = Array.from({ length: slots }, () => []);
  }

  timer(task: () => void): Timer {
    const timer: WheelTimer = {
      task,
      deadlineMs: Number.POSITIVE_INFINITY,
      tick: Number.POSITIVE_INFINITY,
      arm: (deadlineMs) => {
        timer.deadlineMs = deadlineMs;
        this.#place(timer);
      },
    };
    return timer;
  }

  /** Whether any timer waits, so that the wheel has to be turned at all. */
  get busy(): boolean {
    return this.#armed > 0;
  }

  /** Fires what is due. */
  advance(now: number): void {
    const last = Math.floor(now / this.#tickMs);
    // After a long sleep every slot is due once; there is no need to go round again.
    const first = Math.max(this.#tick + 1, last - this.#slots.length + 1);
    for (let tick = first; tick <= last; tick++) {
      this.#tick = tick;
      const slot = tick % this.#slots.length;
      const timers = this.#slots[slot] as WheelTimer[];
      if (timers.length === 0) continue;
      this.#slots[slot] = [];
      for (const timer of timers) this.#visit(timer, slot, last);
    }
    this.#tick = last;
  }

  #visit(timer: WheelTimer, slot: number, last: number): void {
    // An entry that an earlier deadline left behind.
    if (timer.tick % this.#slots.length !== slot) return;
    if (timer.tick > last) {
      this.#slots[slot]?.push(timer);
      return;
    }
    timer.tick = Number.POSITIVE_INFINITY;
    this.#armed--;
    if (timer.deadlineMs === Number.POSITIVE_INFINITY) return;
    if (this.#tickOf(timer.deadlineMs) > last) return this.#place(timer);
    timer.deadlineMs = Number.POSITIVE_INFINITY;
    timer.task();
  }

  #place(timer: WheelTimer): void {
    const tick = Math.max(this.#tickOf(timer.deadlineMs), this.#tick + 1);
    if (timer.tick <= tick) return;
    if (timer.deadlineMs === Number.POSITIVE_INFINITY) return;
    if (timer.tick === Number.POSITIVE_INFINITY) this.#armed++;
    timer.tick = tick;
    this.#slots[tick % this.#slots.length]?.push(timer);
  }

  #tickOf(deadlineMs: number): number {
    return Math.ceil(deadlineMs / this.#tickMs);
  }
}

interface WheelTimer extends Timer {
  readonly task: () => void;
  deadlineMs: number;
  /** The tick that looks at it next. */
  tick: number;
}
