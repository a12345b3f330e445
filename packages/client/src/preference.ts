// Which transport is better, by what has been seen of it: the user's order, and evidence against a transport that runs out.
// Told the time, never asks for it. The smaller score is the better one.
// Not here: dialling (connector); memory from one page load to the next (memory).

const unansweredMs = 15_000;
const strikePauseMs = 15_000;
const strikePauseMaxMs = 300_000;
const strikeScore = 10;

/** A connection that served and broke within this time is a strike against its transport. */
export const strikeWithinMs = 10_000;

/**
 * How a stream is asked for, so that a proxy that held one back lets the next one through: as usual, marked as not to be
 * transformed (`Content-Encoding: identity`), and with padding in front as well. Found over twelve proxies: each frees
 * some, and padding makes others hold.
 */
const maxHold = 2;

/** Nothing came down a stream for so long, while another transport had its round trips: something holds it back. */
const heldFloorMs = 750;

export function heldAfterMs(roundTripMs: number): number {
  return Math.max(heldFloorMs, 2 * roundTripMs);
}

interface Strikes {
  readonly count: number;
  readonly untilMs: number;
}

export class Preference {
  readonly #order: readonly string[];
  readonly #unansweredUntilMs = new Map<string, number>();
  #strikes = new Map<string, Strikes>();
  readonly #holds = new Map<string, number>();
  /** What was known before those that may have been the server's; undefined when there are none. */
  #certain: Map<string, Strikes> | undefined;

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

  /** This one served last, on an earlier page: those before it are tried behind its back. */
  recall(transport: unknown, holds: unknown, now: number): void {
    const rank = this.#order.indexOf(transport as string);
    for (const better of this.#order.slice(0, Math.max(0, rank))) this.unanswered(better, now);
    for (const name of this.#order) {
      const hold = (holds as Readonly<Record<string, unknown>> | null | undefined)?.[name];
      if (hold === 1 || hold === maxHold) this.#holds.set(name, hold);
    }
  }

  /** Nothing came back: it may be swallowed somewhere. */
  unanswered(transport: string, now: number): void {
    this.#unansweredUntilMs.set(transport, now + unansweredMs);
  }

  /** Something held its stream back. @returns whether another way to ask for it is left. */
  heldBack(transport: string, now: number): boolean {
    const hold = this.hold(transport);
    if (hold < maxHold) this.#holds.set(transport, hold + 1);
    else this.unanswered(transport, now);
    return hold < maxHold;
  }

  /** How a stream has to be asked for: 0 as usual. */
  hold(transport: string): number {
    return this.#holds.get(transport) ?? 0;
  }

  get holds(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#holds);
  }

  /** It was trusted and broke soon. */
  strike(transport: string, now: number): void {
    const before = this.#strikes.get(transport);
    this.#certain ??= new Map(this.#strikes);
    const pauseMs = Math.min(strikePauseMaxMs, strikePauseMs * 2 ** (before?.count ?? 0));
    this.#strikes.set(transport, { count: (before?.count ?? 0) + 1, untilMs: now + pauseMs });
  }

  /** It served well for a while. */
  lasted(transport: string): void {
    this.#strikes.delete(transport);
  }

  /** Something got through: what was held against a transport was the transport's. */
  reached(): void {
    this.#certain = undefined;
  }

  /** Nothing got through: the server was away, or the network, and nothing was learnt about transports. */
  unreachable(): void {
    this.#strikes = this.#certain ?? this.#strikes;
    this.#certain = undefined;
  }
}
