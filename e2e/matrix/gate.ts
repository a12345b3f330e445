// Lets a limited number of runs go on at a time, first come, first served: what a row shows must be the network's doing and
// not that of a machine with too much to do.

export class Gate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      // The place goes from one to the next.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
