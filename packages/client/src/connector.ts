// Decides which transport is dialled, and when. While nothing is proven it races: the next transport beside the last, and
// after a round in which nothing got through a pause. While a lesser transport serves it tries better ones behind its back.
// Not here: what makes a transport better (preference), how long to pause (reconnect), what packets mean (the session).

import {
  type ClientSession,
  type Clock,
  type CloseCause,
  type Connection,
  type ConnectionListener,
  closeCodes,
  type Driver,
  type Road,
  type Timer,
} from "@wireway/protocol";
import { Preference, strikeWithinMs } from "./preference.ts";
import { promotionDelayMs, type ReconnectDelays, reconnectDelayMs } from "./reconnect.ts";

/** A connection that served this long has ended the trouble before it: the next retry is a first one. */
const heldMs = 1_000;

/** One that served at all, but not so long, shows that somebody is there: the pauses do not grow beyond this one's range. */
const shortPauses = 2;

export interface ConnectorOptions extends ReconnectDelays {
  readonly attemptDelayMs: number;
  readonly dialTimeoutMs: number;
}

export interface ConnectorParts {
  readonly options: ConnectorOptions;
  readonly clock: Clock;
  readonly random: () => number;
  /** Names of the transports, the best first. */
  readonly transports: readonly string[];
  readonly dial: (transport: string, listener: ConnectionListener) => Connection;
  /** A whole round got nowhere: what came of each dial. It goes on after a pause. */
  readonly unreachable: (verdicts: string) => void;
}

/** So many attempt delays a transport that broke before waits for others. */
const hopefulAttempts = 3;

/** `idle`: a proven connection serves, or there is no session. `racing`: dials are under way. `pausing`: between rounds. */
type Phase = "idle" | "racing" | "pausing";

export class Connector {
  readonly #parts: ConnectorParts;
  readonly #preference: Preference;
  readonly #step: Timer;
  readonly #promotion: Timer;
  #phase: Phase = "idle";
  #driver: Driver<ClientSession> | undefined;
  /** Everything that was dialled and lives, and what ends it when no answer comes. */
  readonly #roads = new Map<Road, Timer>();
  #current: Road | undefined;
  /** Transports that this round still has to try. */
  #queue: string[] = [];
  #verdicts: string[] = [];
  #retryAfterMs = 0;
  /** Pauses since a connection last held. */
  #pauses = 0;
  #promotions = 0;

  constructor(parts: ConnectorParts) {
    this.#parts = parts;
    this.#preference = new Preference(parts.transports);
    this.#step = parts.clock.timer(() => {
      if (this.#phase === "pausing") this.#race();
      else this.#next();
    });
    this.#promotion = parts.clock.timer(() => this.#promote());
  }

  /** Gives a session its connections, at once or after a pause. */
  start(driver: Driver<ClientSession>, when: "at once" | "after a pause"): void {
    this.stop();
    this.#driver = driver;
    if (when === "at once") this.#race();
    else this.#pause();
  }

  /** Dials no more. What lives is its session's to close. */
  stop(): void {
    this.#rest();
    this.#driver = undefined;
    this.#current = undefined;
    for (const timer of this.#roads.values()) disarm(timer);
    this.#roads.clear();
  }

  /** The network may be there again. */
  wake(): void {
    if (this.#phase === "pausing") this.#race();
  }

  score(transport: string): number {
    return this.#preference.score(transport, this.#now);
  }

  /** The session moved, was proven on its road, or lost it. */
  changed(): void {
    if (!this.#driver) return;
    const { current, settledOn } = this.#driver.session;
    const before = this.#current;
    this.#current = current;
    if (settledOn) this.#settled(settledOn);
    else if (current && current !== before) {
      // Trusted, but silent so far: it gets the time of its own round trips, then the next is dialled beside it.
      if (this.#phase === "idle") this.#line();
      this.#wait(Math.max(this.#parts.options.attemptDelayMs, 2 * (current.roundTripMs ?? 0)));
    } else if (current) return;
    else if (this.#phase === "idle") this.#pause();
    else if (this.#phase === "racing") this.#next();
  }

  /** A connection ended. Told twice of the same one, where the session closed it and the platform says so too. */
  lost(road: Road, cause: CloseCause, dropped: boolean): void {
    const timer = this.#roads.get(road);
    if (!timer) return;
    disarm(timer);
    this.#roads.delete(road);
    const { transport } = road.connection;
    if (road === this.#current) this.#judge(road, cause, dropped);
    if (this.#phase !== "racing") return;
    if (cause.reason === "superseded") {
      this.#again(transport);
      return;
    }
    this.#retryAfterMs = Math.max(this.#retryAfterMs, cause.retryAfterMs ?? 0);
    this.#verdicts.push(`${transport}: ${cause.message || closeCodes[cause.reason].sentence}`);
    // What follows from the end of the current road, the session says.
    if (road !== this.#current) this.#next();
  }

  /** Whether what served and ended speaks against its transport. */
  #judge(road: Road, { reason }: CloseCause, dropped: boolean): void {
    const { transport } = road.connection;
    const lastedMs = this.#now - road.since;
    if (road.proven) this.#pauses = lastedMs >= heldMs ? 0 : Math.min(this.#pauses, shortPauses);
    const broke =
      (!dropped && reason !== "superseded") || reason === "silent" || reason === "stalled" || reason === "gone";
    if (lastedMs >= strikeWithinMs) this.#preference.held(transport);
    else if (broke) this.#preference.strike(transport, this.#now);
  }

  /** It was answered, and another was faster, which is not proven yet: it may be needed still. */
  #again(transport: string): void {
    this.#queue.push(transport);
    this.#wait(this.#parts.options.attemptDelayMs);
  }

  #race(): void {
    this.#line();
    this.#next();
  }

  /** Lines up what a new round has to try. */
  #line(): void {
    this.#phase = "racing";
    this.#verdicts = [];
    this.#retryAfterMs = 0;
    const tried = [...this.#unanswered(), ...(this.#current ? [this.#current] : [])];
    const names = new Set(tried.map(({ connection }) => connection.transport));
    this.#queue = this.#preference.ranked(this.#now).filter((transport) => !names.has(transport));
  }

  #next(): void {
    const driver = this.#driver;
    // A session that has just ended loses its connections first and says so after.
    if (driver?.session.state !== "open") return;
    // What broke before must not take the session while something better is still on its way to prove itself.
    if (this.#queue[0] !== undefined && this.#isStruck(this.#queue[0]) && this.#isHopeful()) {
      this.#wait(this.#parts.options.attemptDelayMs);
      return;
    }
    const transport = this.#queue.shift();
    if (transport !== undefined) {
      this.#wait(this.#parts.options.attemptDelayMs);
      this.#dial(transport);
    } else if (this.#unanswered().length === 0 && !driver.session.current) {
      this.#preference.unreachable();
      this.#parts.unreachable(this.#verdicts.join("; "));
      // Whoever was told may have closed the session, and begun another.
      if (this.#driver === driver) this.#pause();
    }
  }

  #isStruck(transport: string): boolean {
    return this.#preference.isStruck(transport, this.#now);
  }

  /** Whether something that did not break before may still answer or be proven, in a time that is worth the wait. */
  #isHopeful(): boolean {
    const patienceMs = hopefulAttempts * this.#parts.options.attemptDelayMs;
    return [...this.#roads.keys()].some(
      ({ connection, since }) => this.#now - since < patienceMs && !this.#isStruck(connection.transport),
    );
  }

  #pause(): void {
    this.#phase = "pausing";
    const { options, random } = this.#parts;
    this.#wait(this.#retryAfterMs + reconnectDelayMs(this.#pauses++, options, random));
  }

  #settled(on: Road): void {
    this.#rest();
    this.#preference.reached();
    const score = this.score(on.connection.transport);
    for (const road of this.#unanswered()) {
      if (this.score(road.connection.transport) >= score) road.connection.close("superseded");
    }
    if (on.connection.transport === this.#parts.transports[0]) this.#promotions = 0;
    else this.#promotion.arm(this.#now + promotionDelayMs(this.#promotions, this.#parts.random));
  }

  #promote(): void {
    const on = this.#driver?.session.settledOn;
    if (!on) return;
    const best = this.#preference.ranked(this.#now)[0];
    if (
      best !== undefined &&
      this.#unanswered().length === 0 &&
      this.score(best) < this.score(on.connection.transport)
    ) {
      this.#promotions++;
      this.#dial(best);
    }
    this.#promotion.arm(this.#now + promotionDelayMs(this.#promotions, this.#parts.random));
  }

  #dial(transport: string): void {
    const { dial, clock, options } = this.#parts;
    const road = this.#driver?.dial(
      (listener) => dial(transport, listener),
      (session, connection, now) => session.dial(connection, now),
    );
    if (!road) return;
    const timer = clock.timer(() => {
      if (road.epoch > 0) return;
      this.#preference.unanswered(transport, this.#now);
      road.connection.close("unanswered");
    });
    timer.arm(this.#now + options.dialTimeoutMs);
    this.#roads.set(road, timer);
  }

  #unanswered(): Road[] {
    return [...this.#roads.keys()].filter(({ epoch }) => epoch === 0);
  }

  #rest(): void {
    this.#phase = "idle";
    this.#queue = [];
    this.#retryAfterMs = 0;
    disarm(this.#step);
    disarm(this.#promotion);
  }

  #wait(delayMs: number): void {
    this.#step.arm(this.#now + delayMs);
  }

  get #now(): number {
    return this.#parts.clock.now();
  }
}

function disarm(timer: Timer): void {
  timer.arm(Number.POSITIVE_INFINITY);
}
