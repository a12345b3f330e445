// Chooses between several transports by what was seen of them: the surest one looks for a server that is away, one that broke
// waits for others, a stream that is held back is asked for in another way, and while a lesser one serves better ones are
// tried behind its back. What was learnt is kept for the next page.
// Not here: scores (preference), when the next one is dialled (connector).

import type { CloseCause, Road, Timer } from "@wireway/protocol";
import type { Choice } from "./choice.ts";
import type { Connector } from "./connector.ts";
import { lifeMs } from "./dials.ts";
import { Memory, storageOf } from "./memory.ts";
import { heldAfterMs, Preference, strikeWithinMs } from "./preference.ts";
import { promotionDelayMs } from "./reconnect.ts";

/** While the server is away one dial a round shows whether it is back; every so many rounds all transports are tried. */
const fullRoundEvery = 3;

/** Within this time the transport that served is tried again after an outage that another one was faster to end. */
const soonMs = 1_000;

/** So many attempt delays the transport that served is dialled alone when a server is back. */
const patienceWithServed = 4;

/** So many attempt delays a transport that broke before waits for others. */
const hopefulAttempts = 3;

export class Evidence implements Choice {
  isBack = false;
  readonly #connector: Connector;
  readonly #order: readonly string[];
  /** Those whose way down a proxy may hold back. */
  readonly #streams: ReadonlySet<string>;
  readonly #preference: Preference;
  readonly #memory: Memory;
  readonly #promotion: Timer;
  /** The transport that served last. */
  #served: string | undefined;
  /** Rounds in a row in which nothing was reached. */
  #failedRounds = 0;
  #promotions = 0;

  constructor(connector: Connector) {
    const { options, environment, limits, url } = connector.parts;
    this.#connector = connector;
    this.#order = options.transports.map(({ name }) => name);
    this.#streams = new Set(options.transports.filter(({ streams }) => streams).map(({ name }) => name));
    this.#preference = new Preference(this.#order);
    this.#memory = new Memory(storageOf(options, environment), url.origin + url.pathname, environment.today);
    const { transport, holds, ...learnt } = this.#memory.recall();
    this.#preference.recall(transport, holds, connector.now);
    limits.recall(learnt, connector.now);
    this.#promotion = environment.clock.timer(() => this.#promote());
  }

  score(transport: string): number {
    return this.#preference.score(transport, this.#connector.now);
  }

  round(isNew: boolean): readonly string[] {
    const surest = this.#served ?? this.#order.at(-1);
    const isFull = !isNew || this.#failedRounds % fullRoundEvery === 0;
    return this.#preference.ranked(this.#connector.now).filter((transport) => isFull || transport === surest);
  }

  /** What broke before must not take the session while something better is still on its way to prove itself. */
  mustWait(transport: string): boolean {
    const { dials, parts, now } = this.#connector;
    // In a time that is worth the wait.
    const patienceMs = hopefulAttempts * parts.options.attemptDelayMs;
    return (
      this.#isStruck(transport) &&
      dials.roads.some(({ connection, since }) => now - since < patienceMs && !this.#isStruck(connection.transport))
    );
  }

  patience(transport: string): number {
    // A late answer is the server's haste then, and more dials would make it later.
    return this.isBack && transport === this.#served ? patienceWithServed : 1;
  }

  hold(transport: string): number {
    return this.#preference.hold(transport);
  }

  /** A stream's first byte is overdue once another transport has shown how long anything takes. */
  limitMs(transport: string): number | undefined {
    const on = this.#settledOn;
    return on && this.#streams.has(transport) ? heldAfterMs(on.roundTripMs ?? 0) : undefined;
  }

  unanswered(transport: string): void {
    if (this.limitMs(transport) === undefined) this.#preference.unanswered(transport, this.#connector.now);
    else this.#heldBack(transport);
  }

  lost(road: Road, { reason }: CloseCause, dropped: boolean, served: boolean): void {
    const { now } = this.#connector;
    const { transport } = road.connection;
    if (!served) {
      // It was answered, and what comes behind the answer is held back.
      if (reason === "unproven" && this.#streams.has(transport)) this.#heldBack(transport);
      return;
    }
    const broke =
      (!dropped && reason !== "superseded") || reason === "silent" || reason === "stalled" || reason === "gone";
    if (lifeMs(road, reason, now) >= strikeWithinMs) this.#preference.lasted(transport);
    // What is cut for its quiet is asked to be pinged earlier (the protocol's path limits); another would be cut alike.
    // What did not outlive a sleep, or the network that it was in, has nothing to do with its transport.
    else if (broke && !road.wasQuiet && !road.isChecked) this.#preference.strike(transport, now);
  }

  unreachable(): void {
    this.#preference.unreachable();
    this.isBack = true;
    this.#failedRounds++;
  }

  settled(on: Road): void {
    const { dials, now } = this.#connector;
    const { transport } = on.connection;
    this.#preference.reached();
    const score = this.score(transport);
    // It came back by a lesser one because of when it came, not of what it lets through.
    const isSoon = this.isBack && this.#served !== undefined && this.score(this.#served) < score;
    this.#failedRounds = 0;
    this.isBack = false;
    this.#served = transport;
    this.#remember();
    for (const road of dials.unanswered) {
      const other = road.connection.transport;
      if (this.score(other) >= score) road.connection.close("superseded");
      const limitMs = this.limitMs(other);
      if (limitMs !== undefined) dials.limit(road, Math.max(now, road.since + limitMs));
    }
    if (transport === this.#order[0]) this.#promotions = 0;
    else if (isSoon) this.#promotion.arm(now + this.#random() * soonMs);
    else this.#promoteLater();
  }

  rest(): void {
    this.#promotion.arm(Number.POSITIVE_INFINITY);
  }

  woke(): void {
    this.#failedRounds = 0;
  }

  #promote(): void {
    const { dials, now } = this.#connector;
    const on = this.#settledOn;
    if (!on) return;
    const score = this.score(on.connection.transport);
    const better = this.#preference.ranked(now).filter((transport) => this.score(transport) < score);
    if (better.length > 0 && dials.unanswered.length === 0) {
      this.#promotions++;
      // All of them: one that is refused each time must not stand before one that is not.
      for (const transport of better) this.#connector.dial(transport);
    }
    this.#promoteLater();
  }

  #promoteLater(): void {
    this.#promotion.arm(this.#connector.now + promotionDelayMs(this.#promotions, this.#random));
  }

  /** A proxy holds this stream back, while something else serves: it is asked for in another way, at once. */
  #heldBack(transport: string): void {
    const isAnotherWay = this.#preference.heldBack(transport, this.#connector.now);
    if (isAnotherWay && this.#connector.phase === "idle" && this.#settledOn) this.#connector.dial(transport);
  }

  /** Keeps for the next page what it should not have to find out again. */
  #remember(): void {
    const { holds } = this.#preference;
    const transport = this.#served;
    this.#memory.keep({
      ...(transport !== undefined && transport !== this.#order[0] && { transport }),
      ...(Object.keys(holds).length > 0 && { holds }),
      ...this.#connector.parts.limits.learnt(this.#connector.now),
    });
  }

  #isStruck(transport: string): boolean {
    return this.#preference.isStruck(transport, this.#connector.now);
  }

  get #settledOn(): Road | undefined {
    return this.#connector.driver?.session.settledOn;
  }

  get #random(): () => number {
    return this.#connector.parts.environment.random;
  }
}
