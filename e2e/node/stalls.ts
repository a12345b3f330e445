// How often this process stood still: a machine that is shared may be away for seconds, and then whatever was to happen in
// time does not. A test that counts what such a pause may cause allows for as many.

const lookEveryMs = 50;

/** Less than the shortest time that anything here waits for something to happen. */
const stallMs = 500;

export class Stalls {
  count = 0;
  readonly #timer: NodeJS.Timeout;
  #lookedAt = performance.now();

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      if (now - this.#lookedAt > lookEveryMs + stallMs) this.count++;
      this.#lookedAt = now;
    }, lookEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
