// Which transport is better, by what has been seen of it: the user's order, and evidence against a transport that runs out.
// Told the time, never asks for it. The smaller score is the better one.
// Not here: dialling (connector); memory from one page load to the next.

const unansweredMs = 15_000;
const strikePauseMs = 15_000;
const strikePauseMaxMs = 300_000;
const strikeScore = 10;

/** A connection that served and broke within this time is a strike against its transport. */
export const strikeWithinMs = 10_000;

interface Strikes {
  readonly count: number;
  readonly untilMs: number;
}

export class Preference {
  readonly #order: readonly string[];
  readonly #unansweredUntilMs = new Map<string, number>();
  readonly #strikes = new Map<string, Strikes>();
  /** Strikes that may have been the server's: what was known before each. */
  #doubts: [transport: string, before: Strikes | undefined][] = [];

  constructor(order: readonly string[]) {
    this.#order = order;
  }

  score(transport: string, now: number): number {
    const rank = this.#order.indexOf(transport);
    const slight = (this.#unansweredUntilMs.get(transport) ?? 0) > now ? this.#order.length : 0;
    return (
      rank + slight + (this.isStruck(transport, now) ? strikeScore * (this.#strikes.get(transport)?.count ?? 0) : 0)
    );
  }

  /** Whether it is passed over for a while because it broke. */
  isStruck(transport: string, now: number): boolean {
    return (this.#strikes.get(transport)?.untilMs ?? 0) > now;
  }

  /** From the best to the worst. */
  ranked(now: number): string[] {
    return [...this.#order].sort((a, b) => this.score(a, now) - this.score(b, now));
  }

  /** Nothing came back: it may be swallowed somewhere. */
  unanswered(transport: string, now: number): void {
    this.#unansweredUntilMs.set(transport, now + unansweredMs);
  }

  /** It was trusted and broke soon. */
  strike(transport: string, now: number): void {
    const before = this.#strikes.get(transport);
    this.#doubts.push([transport, before]);
    const pauseMs = Math.min(strikePauseMaxMs, strikePauseMs * 2 ** (before?.count ?? 0));
    this.#strikes.set(transport, { count: (before?.count ?? 0) + 1, untilMs: now + pauseMs });
  }

  /** It served well for a while. */
  held(transport: string): void {
    this.#strikes.delete(transport);
  }

  /** Something got through: what was held against a transport was the transport's. */
  reached(): void {
    this.#doubts = [];
  }

  /** Nothing got through: the server was away, or the network, and nothing was learnt about transports. */
  unreachable(): void {
    for (const [transport, before] of this.#doubts.reverse()) {
      if (before) this.#strikes.set(transport, before);
      else this.#strikes.delete(transport);
    }
    this.#doubts = [];
  }
}
