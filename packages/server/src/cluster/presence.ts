// Which other servers there are: each tells now and then that it lives, and one that is silent for long counts as gone, so that
// nobody waits for its answers.

import type { Clock, Timer } from "@wireway/protocol";

/** So many times it may have been silent. */
const missedBeats = 3;

/** More servers than this are not known of: something else must be publishing names. */
const maxServers = 4_096;

export interface PresenceContext {
  readonly clock: Clock;
  /** How often a server tells that it lives. */
  readonly heartbeatMs: number;
  readonly beat: () => void;
  /** That server is gone. */
  readonly lost: (id: string) => void;
}

export class Presence {
  readonly #context: PresenceContext;
  readonly #timer: Timer;
  /** When each was heard last. */
  readonly #heard = new Map<string, number>();
  /** When the timer should fire. */
  #dueAt = 0;

  constructor(context: PresenceContext) {
    this.#context = context;
    this.#timer = context.clock.timer(() => this.#turn());
  }

  /** Ids of the others. */
  get others(): readonly string[] {
    return [...this.#heard.keys()];
  }

  get size(): number {
    return this.#heard.size;
  }

  start(): void {
    this.#arm();
  }

  stop(): void {
    this.#timer.arm(Number.POSITIVE_INFINITY);
    for (const id of this.others) this.left(id);
  }

  heard(id: string): void {
    if (this.#heard.has(id) || this.#heard.size < maxServers) this.#heard.set(id, this.#context.clock.now());
  }

  left(id: string): void {
    if (this.#heard.delete(id)) this.#context.lost(id);
  }

  #turn(): void {
    const { clock, heartbeatMs, beat } = this.#context;
    const now = clock.now();
    // While this process stood still it could hear nobody, and what was said meanwhile may still wait to be read.
    const stoodStillMs = Math.max(0, now - this.#dueAt);
    for (const [id, at] of [...this.#heard]) {
      if (at + stoodStillMs < now - heartbeatMs * missedBeats) this.left(id);
      else this.#heard.set(id, Math.min(now, at + stoodStillMs));
    }
    beat();
    this.#arm();
  }

  #arm(): void {
    const { clock, heartbeatMs } = this.#context;
    this.#dueAt = clock.now() + heartbeatMs;
    this.#timer.arm(this.#dueAt);
  }
}
