// Checks one direction of one session by its numbers 0, 1, 2, …: what was lost, doubled or came out of order. A number
// counts as lost only once a later one has overtaken it; when it comes after all, it was out of order instead.

import type { Report } from "./events.ts";

/** Most overtaken numbers that are remembered; older ones would count as doubled when they come. */
const maxMissing = 10_000;

export class Tally {
  received = 0;
  doubled = 0;
  outOfOrder = 0;
  lost = 0;
  #next = 0;
  readonly #missing = new Set<number>();

  take(n: number): void {
    this.received += 1;
    if (n >= this.#next) {
      for (let gap = this.#next; gap < n; gap += 1) this.#miss(gap);
      this.#next = n + 1;
    } else if (this.#missing.delete(n)) {
      this.lost -= 1;
      this.outOfOrder += 1;
    } else {
      this.doubled += 1;
    }
  }

  report(): Report {
    const { received, lost, doubled, outOfOrder } = this;
    return { received, lost, doubled, outOfOrder };
  }

  #miss(n: number): void {
    this.lost += 1;
    if (this.#missing.size < maxMissing) this.#missing.add(n);
  }
}
