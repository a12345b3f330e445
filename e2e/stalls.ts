// How often this process stood still: a machine that is shared may be away for seconds, and then whatever was to happen in
// time does not. A test that counts what such a pause may cause allows for as many, one of times for the longest.

const lookEveryMs = 50;

/** Less than the shortest time that anything here waits for something to happen. */
const stallMs = 500;

export class Stalls {
  count = 0;
  /** 0 when there was none. */
  longestMs = 0;
  readonly #timer: NodeJS.Timeout;
  #lookedAt = performance.now();

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      const lateMs = now - this.#lookedAt - lookEveryMs;
      this.#lookedAt = now;
      if (lateMs <= stallMs) return;
      this.count++;
      this.longestMs = Math.max(this.longestMs, lateMs);
    }, lookEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
