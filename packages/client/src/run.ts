// One session and who takes part in it. When it is over, a client begins another one.

import type { ClientSession, Clock, Driver, Road, Timer } from "@wireway/protocol";
import type { Membership } from "./membership.ts";
import type { ResolvedOptions } from "./options.ts";
import { Outflow } from "./outflow.ts";
import type { Redirection } from "./redirection.ts";

interface Leaving {
  /** How long it waits at most. */
  readonly timer: Timer;
  /** Of its last message; undefined while something of it has none. */
  number: number | undefined;
}

export class Run {
  readonly driver: Driver<ClientSession>;
  readonly outflow: Outflow;
  /** By namespace. */
  readonly members: Map<string, Membership> = new Map();
  road: Road | undefined;
  redirection: Redirection | undefined;
  /** Whether it was without a connection since it had one, and has one again. */
  recovery: "none" | "lost" | "recovered" = "none";
  /** Where it was asked what has arrived. */
  #askedOn: Road | undefined;
  readonly #clock: Clock;
  readonly #closeTimeoutMs: number;
  /** Those who wait for confirmations before they go. */
  readonly #leaving = new Map<Membership, Leaving>();

  constructor(driver: Driver<ClientSession>, clock: Clock, options: ResolvedOptions) {
    this.driver = driver;
    this.outflow = new Outflow(driver, clock, options, (namespace, message) => {
      this.members.get(namespace)?.dropped(message);
    });
    this.#clock = clock;
    this.#closeTimeoutMs = options.closeTimeoutMs;
  }

  /** @param part is called when what it emitted is confirmed, or `closeTimeoutMs` are over. */
  leave(membership: Membership, part: (membership: Membership) => void): void {
    if (!membership.closing() || this.#closeTimeoutMs === 0) return part(membership);
    const timer = this.#clock.timer(() => part(membership));
    timer.arm(this.#clock.now() + this.#closeTimeoutMs);
    this.#leaving.set(membership, { timer, number: undefined });
    this.driver.isWatched = true;
    this.#check(part);
  }

  /** It does not take part any more. */
  release(membership: Membership): void {
    this.#leaving.get(membership)?.timer.arm(Number.POSITIVE_INFINITY);
    this.#leaving.delete(membership);
    if (this.members.get(membership.namespace) === membership) this.members.delete(membership.namespace);
  }

  /** Something may have been confirmed. */
  progressed(part: (membership: Membership) => void): void {
    this.outflow.progressed();
    for (const membership of [...this.members.values()]) membership.progressed();
    this.#check(part);
  }

  /** Whether those who leave can go. What others go on saying is none of their business. */
  #check(part: (membership: Membership) => void): void {
    const { outbox } = this.outflow;
    for (const [membership, leaving] of [...this.#leaving]) {
      if (this.outflow.holds(membership.namespace)) continue;
      if (leaving.number === undefined) {
        leaving.number = outbox.sent;
        // What was asked for others says nothing of what this one emitted since.
        this.#askedOn = undefined;
      }
      if (outbox.acked >= leaving.number) part(membership);
    }
    this.#ask();
  }

  /** Confirmations come by themselves too, but who leaves should not have to wait for that; once on each connection. */
  #ask(): void {
    const { current } = this.driver.session;
    if (this.#leaving.size === 0 || !current || current === this.#askedOn) return;
    this.#askedOn = current;
    this.driver.run((session, now) => session.ask(now));
  }

  moved(road: Road | undefined): void {
    if (!road) this.recovery = "lost";
    else if (this.recovery === "lost") this.recovery = "recovered";
    this.road = road;
  }
}
