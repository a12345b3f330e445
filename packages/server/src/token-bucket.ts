// How much may be taken: so much a second, and as much at once as has been left alone for a while. Computed from the time of
// each call, with no timer. Tells once when it gets low, and again only after it was half full.
// Source: the token bucket of RFC 2697 and others.

/** Of what a full bucket holds. */
const lowShare = 0.2;
const recoveredShare = 0.5;

/** `enough`: taken. `low`: taken, and little is left. `empty`: not taken. */
export type BucketLevel = "enough" | "low" | "empty";

export class TokenBucket {
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #at: number;
  #warns = true;

  constructor(perSecond: number, burstSeconds: number, now: number) {
    this.#perMs = perSecond / 1_000;
    this.#most = perSecond * burstSeconds;
    this.#left = this.#most;
    this.#at = now;
  }

  take(amount: number, now: number): BucketLevel {
    this.#left = Math.min(this.#most, this.#left + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#left >= this.#most * recoveredShare) this.#warns = true;
    if (amount > this.#left) return "empty";
    this.#left -= amount;
    if (!this.#warns || this.#left >= this.#most * lowShare) return "enough";
    this.#warns = false;
    return "low";
  }
}
