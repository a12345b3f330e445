// A small seeded generator of random numbers: the same seed gives the same run, on every platform.
// Not for secrets. Every draw consumes exactly one step, whatever its arguments, so that changing a
// probability does not shift all later draws; independent concerns take their own `fork()`.
// Source: sfc32 (Chris Doty-Humphrey, PractRand), seeded through the finalizer of MurmurHash3.

const WARM_UP_STEPS = 12;
const UINT32_RANGE = 0x1_0000_0000;

/** A generator of random numbers that is fully determined by its seed. */
export class Random {
  /** The number this generator was started with; print it to replay a run. */
  readonly seed: number;

  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** The same seed gives the same sequence. @param seed any safe integer; neighbouring seeds give unrelated sequences. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(`seed is ${seed}, a safe integer is needed`);
    }
    this.seed = seed;
    this.#a = scramble(seed);
    this.#b = scramble(Math.floor(seed / UINT32_RANGE) ^ 0x9e3779b9);
    this.#c = scramble(this.#a ^ 0x85ebca6b);
    for (let step = 0; step < WARM_UP_STEPS; step += 1) this.uint32();
  }

  /** An integer from 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number from 0 up to, but not including, 1. */
  next(): number {
    return this.uint32() / UINT32_RANGE;
  }

  /** An integer from `min` to `max`, both included. */
  int(min: number, max: number): number {
    if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max)) {
      throw new RangeError(`int(${min}, ${max}) needs two safe integers in ascending order`);
    }
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True with the given probability: never at 0, always at 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items, each equally likely. Throws when there is none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("pick needs at least one item");
    return items[this.int(0, items.length - 1)] as T;
  }

  /** A waiting time with the given mean, such as the life of something that may end at any moment. */
  exponential(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  /** An independent generator, so that one concern's draws do not shift another's. */
  fork(): Random {
    return new Random(this.uint32());
  }
}

function scramble(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
