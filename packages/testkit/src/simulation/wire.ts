// One direction of one connection that keeps order: packets arrive late, or not at all, but never out of turn. What is
// lost is always a tail: once something is missing, nothing behind it arrives, as on TCP.

import type { Packet } from "@wireway/protocol";
import type { FakeClock } from "../fake-clock.ts";
import type { Random } from "../random.ts";
import type { Direction, Faults, Kind } from "./faults.ts";

export class Wire {
  readonly #clock: FakeClock;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #kind: Kind;
  readonly #direction: Direction;
  readonly #arrive: (packets: readonly Packet[]) => void;
  #lastMs = 0;
  #writes = 0;
  #dead = false;
  #cutMs = Number.POSITIVE_INFINITY;

  constructor(
    { clock, random, faults }: { clock: FakeClock; random: Random; faults: Faults },
    kind: Kind,
    direction: Direction,
    arrive: (packets: readonly Packet[]) => void,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = faults;
    this.#kind = kind;
    this.#direction = direction;
    this.#arrive = arrive;
  }

  /** @param notBeforeMs when the handshake is through */
  write(packets: readonly Packet[], notBeforeMs = 0): void {
    const habit = this.#faults.habits[this.#kind];
    this.#writes++;
    if (habit.deaf.includes(this.#direction) || this.#writes > habit.starvesAfter) this.#dead = true;
    if (this.#dead) return;
    const now = this.#clock.now();
    let atMs = Math.max(now, notBeforeMs) + habit.latencyMs + this.#random.int(0, habit.jitterMs);
    for (const spell of this.#faults.spells) {
      if (!spell.kinds.includes(this.#kind) || !spell.directions.includes(this.#direction)) continue;
      if (spell.sort === "refusal" || now < spell.fromMs || now >= spell.toMs) continue;
      // TCP repeats what is lost in a short hole; a connection that lost a long one is dead, and may not know.
      if (spell.sort === "hole" && this.#random.chance(0.5)) {
        this.#dead = true;
        return;
      }
      atMs = Math.max(atMs, spell.toMs + habit.latencyMs);
    }
    atMs = Math.max(atMs, this.#lastMs);
    this.#lastMs = atMs;
    this.#clock.after(atMs - now, () => {
      if (atMs < this.#cutMs) this.#arrive(packets);
    });
  }

  /** Whether what is written now still gets through. */
  get carries(): boolean {
    return !this.#dead && this.#cutMs === Number.POSITIVE_INFINITY;
  }

  /** What has not arrived by then never will. */
  cut(atMs: number): void {
    this.#cutMs = Math.min(this.#cutMs, atMs);
  }
}
