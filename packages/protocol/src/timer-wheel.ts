// Many timers at the price of one: deadlines are sorted into slots of `tickMs`, and one sweep per tick looks at the slots
// that are due. Arming a timer again to a later time costs nothing: its slot is looked at as before, and passes it on. A timer is a
// link of its slot's chain: nothing is made when it is armed, and one that is disarmed is not kept by the wheel.
// Fires up to one tick late, never early. Pure: somebody else calls `advance` and reads `busy`.
// Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987), scheme 6.

import type { Timer } from "./clock.ts";

export class TimerWheel {
  readonly #tickMs: number;
  readonly #slots: readonly WheelTimer[];
  readonly #started: () => void;
  #tick: number;
  #placed = 0;

  /** @param started called when a timer waits and none did before. */
  constructor(tickMs: number, now: number, slots = 512, started: () => void = () => undefined) {
    this.#tickMs = tickMs;
    this.#tick = Math.floor(now / tickMs);
    this.#started = started;
    this.#slots = Array.from({ length: slots }, () => this.#chain());
  }

  timer(task: () => void): Timer {
    return new WheelTimer(this, task);
  }

  /** Whether any timer waits, so that the wheel has to be turned at all. */
  get busy(): boolean {
    return this.#placed > 0;
  }

  /** Fires what is due. */
  advance(now: number): void {
    const last = Math.floor(now / this.#tickMs);
    // After a long sleep every slot is due once; there is no need to go round again.
    const first = Math.max(this.#tick + 1, last - this.#slots.length + 1);
    for (let tick = first; tick <= last; tick++) {
      this.#tick = tick;
      const slot = this.#slots[tick % this.#slots.length] as WheelTimer;
      if (slot.next === slot) continue;
      // Apart, so that what is placed meanwhile is not met again. What is disarmed meanwhile leaves it.
      const due = this.#chain();
      slot.hand(due);
      for (let timer = due.next; timer !== due; timer = due.next) this.#visit(timer, last);
    }
    this.#tick = last;
  }

  /** For a timer: its deadline has changed. */
  place(timer: WheelTimer): void {
    const { deadlineMs, next } = timer;
    const wasPlaced = next !== timer;
    if (deadlineMs === Number.POSITIVE_INFINITY) {
      if (wasPlaced) this.#take(timer);
      return;
    }
    const tick = Math.max(this.#tickOf(deadlineMs), this.#tick + 1);
    if (wasPlaced && timer.tick <= tick) return;
    if (wasPlaced) this.#take(timer);
    timer.tick = tick;
    this.#hang(timer);
    if (!wasPlaced && this.#placed === 1) this.#started();
  }

  #visit(timer: WheelTimer, last: number): void {
    this.#take(timer);
    if (timer.tick > last) return this.#hang(timer);
    if (this.#tickOf(timer.deadlineMs) > last) return this.place(timer);
    timer.deadlineMs = Number.POSITIVE_INFINITY;
    timer.task();
  }

  #hang(timer: WheelTimer): void {
    timer.link(this.#slots[timer.tick % this.#slots.length] as WheelTimer);
    this.#placed++;
  }

  #take(timer: WheelTimer): void {
    timer.unlink();
    this.#placed--;
  }

  #tickOf(deadlineMs: number): number {
    return Math.ceil(deadlineMs / this.#tickMs);
  }

  /** The two ends of an empty chain: a timer that is never armed. */
  #chain(): WheelTimer {
    return new WheelTimer(this, () => undefined);
  }
}

/** One that waits nowhere is linked to itself. */
class WheelTimer implements Timer {
  readonly task: () => void;
  readonly #wheel: TimerWheel;
  deadlineMs = Number.POSITIVE_INFINITY;
  /** The tick that looks at it next, where it waits. */
  tick = 0;
  next: WheelTimer = this;
  previous: WheelTimer = this;

  constructor(wheel: TimerWheel, task: () => void) {
    this.#wheel = wheel;
    this.task = task;
  }

  arm(deadlineMs: number): void {
    this.deadlineMs = deadlineMs;
    this.#wheel.place(this);
  }

  /** Waits behind all others of the chain. */
  link(chain: WheelTimer): void {
    const { previous } = chain;
    this.next = chain;
    this.previous = previous;
    previous.next = this;
    chain.previous = this;
  }

  unlink(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.next = this;
    this.previous = this;
  }

  /** Hands the whole chain, which is not empty, to another that is. */
  hand(chain: WheelTimer): void {
    chain.link(this);
    this.unlink();
  }
}
