// Decides which road a simulated client dials, and when: the rules of docs/protocol.md in their simplest form, with more
// haste than a real client's connector has, so that dials race and overlap.
// Not here: anything that a user would configure; the client's connector is the product.

import type { ClientSession, CloseReason, Connection, ConnectionListener, Driver, Road } from "@wireway/protocol";
import type { Random } from "../random.ts";
import { type Kind, kinds } from "./faults.ts";
import type { Lid } from "./lid.ts";

const attemptDelayMs = 250;
const dialTimeoutMs = 3_000;
const slightedMs = 15_000;

export class Dialler {
  readonly #clock: Lid;
  readonly #random: Random;
  readonly #open: (kind: Kind, listener: ConnectionListener) => Connection;
  #driver: Driver<ClientSession> | undefined;
  readonly #dials = new Set<Road>();
  readonly #lost = new WeakSet<Road>();
  readonly #strikes = new Map<Kind, { count: number; untilMs: number }>();
  readonly #unansweredUntilMs = new Map<Kind, number>();
  /** Kinds that this round still has to try. */
  #queue: Kind[] = [];
  #rounds = 0;
  #asleep = false;
  #cancel: (() => void) | undefined;

  constructor(clock: Lid, random: Random, open: (kind: Kind, listener: ConnectionListener) => Connection) {
    this.#clock = clock;
    this.#random = random;
    this.#open = open;
  }

  start(driver: Driver<ClientSession>): void {
    this.#driver = driver;
    this.#race();
    this.#upgrade();
  }

  stop(): void {
    this.#driver = undefined;
    this.#cancel?.();
  }

  /** The page is hidden: nothing is dialled until it wakes. */
  sleep(): void {
    this.#asleep = true;
    this.#queue = [];
    this.#wait(undefined);
  }

  /** The page is seen again, or the network may be there again. */
  wake(): void {
    this.#asleep = false;
    this.#rounds = 0;
    if (this.#queue.length === 0) this.#wait(undefined);
    if (!this.#driver?.session.settledOn) this.#race();
  }

  score(kind: string): number {
    const now = this.#clock.now();
    const strikes = this.#strikes.get(kind as Kind);
    const slighted = (this.#unansweredUntilMs.get(kind as Kind) ?? 0) > now ? 3 : 0;
    return kinds.indexOf(kind as Kind) + slighted + (strikes && strikes.untilMs > now ? 10 * strikes.count : 0);
  }

  changed(): void {
    const session = this.#driver?.session;
    if (!session) return;
    const { settledOn } = session;
    if (!settledOn) return this.#race();
    this.#rounds = 0;
    this.#wait(undefined);
    for (const road of [...this.#dials]) {
      if (road.epoch > 0) {
        if (road === settledOn) this.#dials.delete(road);
      } else if (this.score(road.connection.transport) >= this.score(settledOn.connection.transport)) this.#give(road);
    }
  }

  lost(road: Road, reason: CloseReason): void {
    // Told twice of a road that the session dropped: by the session, and by the network when it is done.
    if (this.#lost.has(road)) return;
    this.#lost.add(road);
    const kind = road.connection.transport as Kind;
    const dialled = this.#dials.delete(road);
    const now = this.#clock.now();
    const own = reason === "superseded" || reason === "unproven";
    // It was trusted, and broke soon.
    if (road.speaking && road.epoch > 0 && !own && now - road.since < 10_000) {
      const count = (this.#strikes.get(kind)?.count ?? 0) + 1;
      this.#strikes.set(kind, { count, untilMs: now + Math.min(300_000, 15_000 * 2 ** count) });
    }
    if (!this.#driver) return;
    if (dialled && road.epoch === 0 && !this.#driver.session.settledOn) this.#next();
    else if (!this.#driver.session.current) this.#race();
  }

  /** A new round, unless one runs. */
  #race(): void {
    if (this.#cancel || this.#asleep) return;
    this.#queue = [...kinds].sort((a, b) => this.score(a) - this.score(b));
    this.#next();
  }

  #next(): void {
    this.#wait(undefined);
    const driver = this.#driver;
    if (!driver || this.#asleep || driver.session.settledOn) {
      this.#queue = [];
      return;
    }
    // A road that broke before must not capture the session while a better one is still being proven.
    if (this.#queue[0] && this.score(this.#queue[0]) >= 10 && this.#hopeful()) return this.#wait(attemptDelayMs);
    const kind = this.#queue.shift();
    if (kind !== undefined) {
      this.#dial(kind);
      this.#wait(attemptDelayMs);
      return;
    }
    const pauseMs = this.#random.int(50, Math.min(2_000, 200 * 2 ** Math.min(10, this.#rounds++)));
    this.#wait(pauseMs);
  }

  /** Whether a road without strikes is dialled or on probation. */
  #hopeful(): boolean {
    for (const road of this.#dials) if (this.score(road.connection.transport) < 10) return true;
    return false;
  }

  /** The next step of the round, or of a new one, comes after so many milliseconds. */
  #wait(delayMs: number | undefined): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (delayMs === undefined) return;
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = undefined;
      if (this.#queue.length > 0) this.#next();
      else this.#race();
    });
  }

  /** Better roads are tried again behind the back of a lesser one, and now and then any at all. */
  #upgrade(): void {
    this.#clock.after(this.#random.int(500, 5_000), () => {
      const session = this.#driver?.session;
      if (!session) return;
      if (this.#asleep) return this.#upgrade();
      const on = session.settledOn;
      const better = kinds.filter((kind) => on && this.score(kind) < this.score(on.connection.transport));
      if (better[0] !== undefined) this.#dial(better[0]);
      else if (on && this.#random.chance(0.2)) this.#dial(this.#random.pick(kinds));
      this.#upgrade();
    });
  }

  #dial(kind: Kind): void {
    const driver = this.#driver;
    if (!driver) return;
    const road = driver.dial(
      (listener) => this.#open(kind, listener),
      (session, connection, now) => session.dial(connection, now),
    );
    this.#dials.add(road);
    this.#clock.after(dialTimeoutMs, () => {
      if (!this.#dials.has(road) || road.epoch > 0) return;
      this.#unansweredUntilMs.set(kind, this.#clock.now() + slightedMs);
      this.#give(road);
    });
  }

  #give(road: Road): void {
    this.#dials.delete(road);
    road.connection.close("unanswered");
  }
}
