// Decides which transport is dialled, and when. While nothing is proven it races: the next transport beside the last, and
// after a round in which nothing got through a pause. While a lesser transport serves it tries better ones behind its back.
// Not here: what makes a transport better (preference), how long to pause (reconnect), what packets mean (the session).

import type {
  ClientSession,
  Clock,
  CloseCause,
  Connection,
  ConnectionListener,
  Driver,
  PathLimits,
  Road,
  Timer,
} from "@wireway/protocol";
import { type Attempt, lifeMs } from "./attempts.ts";
import { Dials } from "./dials.ts";
import type { Memory } from "./memory.ts";
import { heldAfterMs, Preference, strikeWithinMs } from "./preference.ts";
import { obeyedDelayMs, promotionDelayMs, type ReconnectDelays, reconnectDelayMs } from "./reconnect.ts";
import { Round } from "./round.ts";

/** A connection that served this long has ended the trouble before it: the next retry is a first one. */
const heldMs = 500;

/** One that served at all, but not so long, shows that somebody is there: the pauses do not grow beyond this one's range. */
const shortPauses = 2;

/** While the server is away one dial a round shows whether it is back; every so many rounds all transports are tried. */
const fullRoundEvery = 3;

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
  /** Those whose way down a proxy may hold back. */
  readonly streams: ReadonlySet<string>;
  /** @param hold how a stream is asked for (see preference). */
  readonly dial: (transport: string, hold: number, listener: ConnectionListener) => Connection;
  /** A whole round got nowhere: what came of each dial. It goes on after a pause. */
  readonly unreachable: (verdicts: string, isIntercepted: boolean) => void;
  /** What was learnt on earlier pages, and where it is kept for later ones. */
  readonly memory: Memory;
  readonly limits: PathLimits;
}

/** Within this time the transport that served is tried again after an outage that another one was faster to end. */
const soonMs = 1_000;

/** So many attempt delays the transport that served is dialled alone when a server is back. */
const patienceWithServed = 4;

/** So many attempt delays a transport that broke before waits for others. */
const hopefulAttempts = 3;

/**
 * `idle`: a proven connection serves, or there is no session. `racing`: dials are under way. `pausing`: between rounds.
 * `asleep`: the page is hidden, and nothing is dialled.
 */
type Phase = "idle" | "racing" | "pausing" | "asleep";

export class Connector {
  readonly #parts: ConnectorParts;
  readonly #preference: Preference;
  readonly #step: Timer;
  readonly #promotion: Timer;
  #phase: Phase = "idle";
  #driver: Driver<ClientSession> | undefined;
  readonly #dials = new Dials();
  #current: Road | undefined;
  #round = new Round([]);
  /** Rounds in a row in which nothing was reached. */
  #failedRounds = 0;
  /** The transport that served last. */
  #served: string | undefined;
  /** The server was away, or has lost its sessions, and nothing was proven since: it may have all of its clients at once. */
  #isBack = false;
  /** Pauses since a connection last held. */
  #pauses = 0;
  #promotions = 0;

  constructor(parts: ConnectorParts) {
    this.#parts = parts;
    this.#preference = new Preference(parts.transports);
    const { transport, holds = {}, ...limits } = parts.memory.recall();
    this.#preference.recall(transport, holds, this.#now);
    parts.limits.recall(limits, this.#now);
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
    if (when === "at once") return this.#race();
    // Whoever lost a session lost it together with others; but somebody is there, and has just said so.
    this.#pauses = 1;
    this.#isBack = true;
    this.#pause();
  }

  /** Dials no more. What lives is its session's to close. */
  stop(): void {
    this.#rest();
    this.#driver = undefined;
    this.#current = undefined;
    this.#dials.forget();
  }

  /** The page is hidden: nothing is dialled until it wakes. */
  sleep(): void {
    if (!this.#driver) return;
    this.#rest();
    this.#phase = "asleep";
  }

  /** The page is seen again, or the network may be there again. */
  wake(): void {
    this.#failedRounds = 0;
    this.#pauses = 0;
    if (this.#phase === "pausing" || this.#phase === "asleep") this.#race();
  }

  get attempts(): readonly Attempt[] {
    return this.#dials.attempts;
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
    if (!this.#dials.end(road, cause, this.#now)) return;
    const { transport } = road.connection;
    if (road === this.#current) this.#judge(road, cause, dropped);
    // It was answered, and what comes behind the answer is held back.
    else if (cause.reason === "unproven" && this.#parts.streams.has(transport)) this.#heldBack(transport);
    if (this.#phase !== "racing") return;
    if (cause.reason === "superseded") {
      this.#again(transport);
      return;
    }
    this.#round.failed(transport, cause);
    // What follows from the end of the current road, the session says.
    if (road !== this.#current) this.#next();
  }

  /** Whether what served and ended speaks against its transport. */
  #judge(road: Road, { reason }: CloseCause, dropped: boolean): void {
    const { transport } = road.connection;
    const lastedMs = lifeMs(road, reason, this.#now);
    if (road.proven) this.#pauses = lastedMs >= heldMs ? 0 : Math.min(this.#pauses, shortPauses);
    const broke =
      (!dropped && reason !== "superseded") || reason === "silent" || reason === "stalled" || reason === "gone";
    if (lastedMs >= strikeWithinMs) this.#preference.lasted(transport);
    // What is cut for its quiet is asked to be pinged earlier (the protocol's path limits); another would be cut alike.
    // What did not outlive a sleep, or the network that it was in, has nothing to do with its transport.
    else if (broke && !road.wasQuiet && !road.isChecked) this.#preference.strike(transport, this.#now);
  }

  /** It was answered, and another was faster, which is not proven yet: it may be needed still. */
  #again(transport: string): void {
    this.#round.again(transport);
    this.#wait(this.#parts.options.attemptDelayMs);
  }

  #race(): void {
    const surest = this.#served ?? this.#parts.transports.at(-1);
    const isFull = this.#failedRounds % fullRoundEvery === 0;
    this.#line((transport) => isFull || transport === surest);
    this.#next();
  }

  /** Lines up what a new round has to try. */
  #line(isWanted: (transport: string) => boolean = () => true): void {
    this.#phase = "racing";
    const tried = [...this.#dials.unanswered, ...(this.#current ? [this.#current] : [])];
    const names = new Set(tried.map(({ connection }) => connection.transport));
    const ranked = this.#preference.ranked(this.#now);
    this.#round = new Round(ranked.filter((transport) => isWanted(transport) && !names.has(transport)));
  }

  #next(): void {
    const driver = this.#driver;
    // A session that has just ended loses its connections first and says so after.
    if (driver?.session.state !== "open") return;
    // What broke before must not take the session while something better is still on its way to prove itself.
    const { next } = this.#round;
    if (next !== undefined && this.#isStruck(next) && this.#isHopeful()) {
      this.#wait(this.#parts.options.attemptDelayMs);
      return;
    }
    const transport = this.#round.take();
    if (transport !== undefined) {
      // A late answer is the server's haste then, and more dials would make it later.
      const patience = this.#isBack && transport === this.#served ? patienceWithServed : 1;
      this.#wait(patience * this.#parts.options.attemptDelayMs);
      this.#dial(transport);
    } else if (this.#dials.unanswered.length === 0 && !driver.session.current) {
      this.#preference.unreachable();
      this.#isBack = true;
      this.#failedRounds++;
      this.#parts.unreachable(this.#round.verdicts, this.#round.isIntercepted);
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
    return this.#dials.roads.some(
      ({ connection, since }) => this.#now - since < patienceMs && !this.#isStruck(connection.transport),
    );
  }

  #pause(): void {
    this.#phase = "pausing";
    const { options, random } = this.#parts;
    this.#wait(obeyedDelayMs(this.#round.retryAfterMs, random) + reconnectDelayMs(this.#pauses++, options, random));
  }

  #settled(on: Road): void {
    const { transport } = on.connection;
    this.#rest();
    this.#preference.reached();
    // It came back by a lesser one because of when it came, not of what it lets through.
    const isSoon = this.#isBack && this.#served !== undefined && this.score(this.#served) < this.score(transport);
    this.#failedRounds = 0;
    this.#isBack = false;
    this.#served = transport;
    this.#remember();
    this.#dials.serves(on);
    const score = this.score(transport);
    for (const road of this.#dials.unanswered) {
      const other = road.connection.transport;
      if (this.score(other) >= score) road.connection.close("superseded");
      // Its answer is overdue, now that it is known how long one takes.
      const limitMs = this.#heldLimitMs(other);
      if (limitMs !== undefined) this.#dials.limit(road, Math.max(this.#now, road.since + limitMs));
    }
    const { random, transports } = this.#parts;
    if (transport === transports[0]) this.#promotions = 0;
    else this.#promotion.arm(this.#now + (isSoon ? random() * soonMs : promotionDelayMs(this.#promotions, random)));
  }

  #promote(): void {
    const on = this.#driver?.session.settledOn;
    if (!on) return;
    const score = this.score(on.connection.transport);
    const better = this.#preference.ranked(this.#now).filter((transport) => this.score(transport) < score);
    if (better.length > 0 && this.#dials.unanswered.length === 0) {
      this.#promotions++;
      // All of them: one that is refused each time must not stand before one that is not.
      for (const transport of better) this.#dial(transport);
    }
    this.#promotion.arm(this.#now + promotionDelayMs(this.#promotions, this.#parts.random));
  }

  #dial(transport: string): void {
    const { dial, clock, options } = this.#parts;
    const hold = this.#preference.hold(transport);
    const road = this.#driver?.dial(
      (listener) => dial(transport, hold, listener),
      (session, connection, now) => session.dial(connection, now),
    );
    if (!road) return;
    const limit = clock.timer(() => {
      if (road.epoch > 0) return;
      road.connection.close("unanswered");
      if (this.#heldLimitMs(transport) === undefined) this.#preference.unanswered(transport, this.#now);
      else this.#heldBack(transport);
    });
    limit.arm(this.#now + (this.#heldLimitMs(transport) ?? options.dialTimeoutMs));
    this.#dials.begin(road, limit, this.#now);
  }

  /** How long a stream's first byte may take, once another transport has shown how long anything takes. */
  #heldLimitMs(transport: string): number | undefined {
    const on = this.#driver?.session.settledOn;
    return on && this.#parts.streams.has(transport) ? heldAfterMs(on.roundTripMs ?? 0) : undefined;
  }

  /** A proxy holds this stream back, while something else serves: it is asked for in another way, at once. */
  #heldBack(transport: string): void {
    const isAnotherWay = this.#preference.heldBack(transport, this.#now);
    if (isAnotherWay && this.#phase === "idle" && this.#driver?.session.settledOn) this.#dial(transport);
  }

  /** Keeps for the next page what it should not have to find out again. */
  #remember(): void {
    const { memory, limits, transports } = this.#parts;
    const { holds } = this.#preference;
    const transport = this.#served;
    memory.keep({
      ...(transport !== undefined && transport !== transports[0] && { transport }),
      ...(Object.keys(holds).length > 0 && { holds }),
      ...limits.learnt(this.#now),
    });
  }

  #rest(): void {
    this.#phase = "idle";
    this.#round = new Round([]);
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
