// Decides when which transport is dialled. While nothing is proven it races: the next transport beside the last, and after a
// round in which nothing got through a pause.
// Not here: what makes a transport better, and what follows from that (choice), how long to pause (reconnect), what packets
// mean (the session).

import type { ClientSession, CloseCause, Driver, PathLimits, Road, Timer, WirewayError } from "@wireway/protocol";
import type { Choice, Choose } from "./choice.ts";
import { Dials, lifeMs } from "./dials.ts";
import type { ResolvedOptions } from "./options.ts";
import type { ClientEnvironment } from "./platform.ts";
import { obeyedDelayMs, reconnectDelayMs } from "./reconnect.ts";
import { Round } from "./round.ts";

/** A connection that served this long has ended the trouble before it: the next retry is a first one. */
const heldMs = 500;

/** One that served at all, but not so long, shows that somebody is there: the pauses do not grow beyond this one's range. */
const shortPauses = 2;

export interface ConnectorParts {
  readonly options: ResolvedOptions;
  /** Who chooses between several transports. */
  readonly choose: Choose | undefined;
  readonly environment: ClientEnvironment;
  readonly limits: PathLimits;
  /** The server's own address. */
  readonly url: URL;
  /** A new object: where the server is at present. */
  readonly target: () => URL;
  /** A whole round got nowhere. It goes on after a pause. */
  readonly unreachable: (error: WirewayError) => void;
}

/**
 * `idle`: a proven connection serves, or there is no session. `racing`: dials are under way. `pausing`: between rounds.
 * `asleep`: the page is hidden, and nothing is dialled.
 */
type Phase = "idle" | "racing" | "pausing" | "asleep";

export class Connector {
  readonly parts: ConnectorParts;
  readonly dials: Dials = new Dials();
  driver: Driver<ClientSession> | undefined;
  phase: Phase = "idle";
  readonly #choice: Choice | undefined;
  readonly #step: Timer;
  #current: Road | undefined;
  #round = new Round([]);
  /** Pauses since a connection last held. */
  #pauses = 0;

  constructor(parts: ConnectorParts) {
    this.parts = parts;
    this.#choice = parts.choose?.(this);
    this.#step = parts.environment.clock.timer(() => {
      if (this.phase === "pausing") this.#race();
      else this.#next();
    });
  }

  /** Gives a session its connections, at once or after a pause. */
  start(driver: Driver<ClientSession>, when: "at once" | "after a pause"): void {
    this.stop();
    this.driver = driver;
    if (when === "at once") return this.#race();
    // Whoever lost a session lost it together with others; but somebody is there, and has just said so.
    this.#pauses = 1;
    if (this.#choice) this.#choice.isBack = true;
    this.#pause();
  }

  /** Dials no more. What lives is its session's to close. */
  stop(): void {
    this.#rest("idle");
    this.driver = undefined;
    this.#current = undefined;
    this.dials.forget();
  }

  /** The page is hidden: nothing is dialled until it wakes. */
  sleep(): void {
    this.#rest("asleep");
  }

  /** The page is seen again, or the network may be there again. */
  wake(): void {
    this.#choice?.woke();
    this.#pauses = 0;
    if (this.phase === "pausing" || this.phase === "asleep") this.#race();
  }

  score(transport: string): number {
    return this.#choice?.score(transport) ?? 0;
  }

  /** The session moved, was proven on its road, or lost it. */
  changed(driver: Driver<ClientSession>): void {
    if (driver !== this.driver) return;
    const { current, settledOn } = driver.session;
    const before = this.#current;
    this.#current = current;
    if (settledOn) {
      this.#rest("idle");
      this.dials.serves(settledOn);
      this.#choice?.settled(settledOn);
    } else if (current && current !== before) {
      // Trusted, but silent so far: it gets the time of its own round trips, then the next is dialled beside it.
      if (this.phase === "idle") this.#line(false);
      this.#wait(Math.max(this.#attemptDelayMs, 2 * (current.roundTripMs ?? 0)));
    } else if (current) {
      // It had its time, and has not shown that it carries anything.
      if (this.phase !== "idle") return;
      this.#line(false);
      this.#next();
    } else if (this.phase === "idle") this.#pause();
    else if (this.phase === "racing") this.#next();
  }

  /** A connection ended. Told twice of the same one, where the session closed it and the platform says so too. */
  lost(road: Road, cause: CloseCause, dropped: boolean): void {
    if (!this.dials.end(road, cause, this.now)) return;
    const { transport } = road.connection;
    const { reason } = cause;
    const served = road === this.#current;
    if (served && road.proven) {
      this.#pauses = lifeMs(road, reason, this.now) >= heldMs ? 0 : Math.min(this.#pauses, shortPauses);
    }
    this.#choice?.lost(road, cause, dropped, served);
    if (this.phase !== "racing") return;
    if (reason === "superseded") {
      // It was answered, and another was faster, which is not proven yet: it may be needed still, after the others.
      this.#round.queue.push(transport);
      this.#wait(this.#attemptDelayMs);
      return;
    }
    this.#round.failed(transport, cause);
    // What follows from the end of the current road, the session says.
    if (!served) this.#next();
  }

  dial(name: string): void {
    const { options, environment, target } = this.parts;
    const transport = options.transports.find((one) => one.name === name);
    const url = target();
    const hold = this.#choice?.hold(name);
    if (hold) url.searchParams.set("hold", String(hold));
    const road =
      transport &&
      this.driver?.dial(
        (listener) => transport.dial(url, environment, listener),
        (session, connection, now) => session.dial(connection, now),
      );
    if (!road) return;
    const limit = environment.clock.timer(() => {
      if (road.epoch > 0) return;
      road.connection.close("unanswered");
      this.#choice?.unanswered(name);
    });
    limit.arm(this.now + (this.#choice?.limitMs(name) ?? options.dialTimeoutMs));
    this.dials.begin(road, limit, this.now);
  }

  get now(): number {
    return this.parts.environment.clock.now();
  }

  #race(): void {
    this.#line(true);
    this.#next();
  }

  /** Lines up what a new round has to try. */
  #line(isNew: boolean): void {
    this.phase = "racing";
    const tried = new Set([...this.dials.unanswered, this.#current].map((road) => road?.connection.transport));
    const names = this.#choice?.round(isNew) ?? this.parts.options.transports.map(({ name }) => name);
    this.#round = new Round(names.filter((name) => !tried.has(name)));
  }

  #next(): void {
    const { driver } = this;
    // A session that has just ended loses its connections first and says so after.
    if (driver?.session.state !== "open") return;
    const { queue, error } = this.#round;
    const [next] = queue;
    if (next !== undefined) {
      if (this.#choice?.mustWait(next)) return this.#wait(this.#attemptDelayMs);
      queue.shift();
      this.#wait((this.#choice?.patience(next) ?? 1) * this.#attemptDelayMs);
      this.dial(next);
    } else if (this.dials.unanswered.length === 0 && !driver.session.current) {
      this.#choice?.unreachable();
      this.parts.unreachable(error);
      // Whoever was told may have closed the session, and begun another.
      if (this.driver === driver) this.#pause();
    }
  }

  #pause(): void {
    this.phase = "pausing";
    const { options, environment } = this.parts;
    const { random } = environment;
    this.#wait(obeyedDelayMs(this.#round.retryAfterMs, random) + reconnectDelayMs(this.#pauses++, options, random));
  }

  #rest(phase: Phase): void {
    this.phase = phase;
    this.#round = new Round([]);
    this.#wait(Number.POSITIVE_INFINITY);
    this.#choice?.rest();
  }

  #wait(delayMs: number): void {
    this.#step.arm(this.now + delayMs);
  }

  get #attemptDelayMs(): number {
    return this.parts.options.attemptDelayMs;
  }
}
