// Asks the server a question once a second and times the answer: the round trip as an application feels it, waiting in
// the outbox included. Asks nothing while there is no connection, and never more than a few at a time.

export interface ProbeOptions {
  readonly ask: (lastRoundTripMs: number | null) => Promise<unknown>;
  readonly isConnected: () => boolean;
  /** @param askedAtMs on the clock of `performance.now()` */
  readonly onRoundTrip: (roundTripMs: number, askedAtMs: number) => void;
}

const everyMs = 1_000;
const maxUnanswered = 5;

export class Probe {
  readonly #options: ProbeOptions;
  #unanswered = 0;
  #roundTripMs: number | undefined;

  constructor(options: ProbeOptions) {
    this.#options = options;
    setInterval(() => void this.#ask(), everyMs);
  }

  /** The last one; undefined before the first. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  async #ask(): Promise<void> {
    const { ask, isConnected, onRoundTrip } = this.#options;
    if (!isConnected() || this.#unanswered >= maxUnanswered) return;
    this.#unanswered += 1;
    const askedAtMs = performance.now();
    try {
      await ask(this.#roundTripMs ?? null);
      this.#roundTripMs = performance.now() - askedAtMs;
      onRoundTrip(this.#roundTripMs, askedAtMs);
    } catch {
      // The session ended first; the next question goes to the next one.
    } finally {
      this.#unanswered -= 1;
    }
  }
}
