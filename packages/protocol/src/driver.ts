// Runs one session over its connections and a clock: the only place where a session, its connections and time meet.
// Every call mutates the session once; then, when the running code has returned, everything that is to be done is
// drained in one go and one timer is armed again. So user code never re-enters a session half-way, and whatever one tick
// brings leaves in one write.

import type { Clock, Timer } from "./clock.ts";
import type { CloseReason, Ending } from "./close-codes.ts";
import type { Redirect } from "./open.ts";
import { createMessage, type Message, type MessageData, type Packet } from "./packet.ts";
import type { Road } from "./road.ts";
import type { Session, SessionSink } from "./session.ts";
import type { CloseCause, Connection, ConnectionListener, Request } from "./transport.ts";

/** What a driver tells of its session. */
export interface DriverListener {
  /** A message, in order and once. Must not throw. */
  message(data: MessageData): void;
  /** The session moved to a connection, was proven on it, or was suspended. */
  changed(): void;
  /** A connection of the session ended: by the session itself (`dropped`) or by what the platform reported. */
  lost(road: Road, cause: CloseCause, dropped: boolean): void;
  /** The server asks to go elsewhere. */
  redirected(redirect: Redirect): void;
  /** While watched: something may have been confirmed, or have left. */
  progressed(): void;
  /** The session is over. What the peer did not confirm comes with it. */
  ended(ending: Ending, unconfirmed: readonly Message[]): void;
}

/** A timer that is so late was not on time for want of work: time has passed that nobody saw. */
const lateMs = 1_500;

export class Driver<S extends Session> implements SessionSink {
  readonly session: S;
  readonly #clock: Clock;
  readonly #listener: DriverListener;
  readonly #timer: Timer;
  #armedFor = Number.POSITIVE_INFINITY;
  /** `delivering`: what is said meanwhile leaves in the same round. */
  #round: "none" | "due" | "delivering" = "none";
  /** Whether the listener wants to hear of progress. */
  isWatched = false;

  constructor(session: S, clock: Clock, listener: DriverListener) {
    this.session = session;
    this.#clock = clock;
    this.#listener = listener;
    this.#timer = clock.timer(() => this.#fire());
    this.#schedule();
  }

  /** Tells the session something; what follows from it is done when the running code has returned. */
  run<T>(mutate: (session: S, now: number) => T): T {
    const result = mutate(this.session, this.#clock.now());
    this.#schedule();
    return result;
  }

  /** @returns false when the outbox is full or the session is over: the message was not taken. */
  send(message: Message | MessageData): boolean {
    const whole = typeof message === "object" && "type" in message ? message : createMessage(message);
    const isTaken = this.session.send(whole, this.#clock.now());
    // One too many ends a server's session. Else a drain for nothing would tell of progress, and whoever tries again then
    // would do so for ever.
    if (isTaken || this.session.state === "ended") this.#schedule();
    return isTaken;
  }

  close(reason: CloseReason, message?: string): void {
    this.run((session, now) => session.close(reason, message, now));
  }

  /** Opens a connection for the session: `open` gets the listener that it has to report to. */
  dial(
    open: (listener: ConnectionListener) => Connection,
    dial: (session: S, connection: Connection, now: number) => Road,
  ): Road {
    const listener = new RoadListener(this);
    const road = this.run((session, now) => dial(session, open(listener), now));
    listener.road = road;
    return road;
  }

  /** The listener for a connection that the session took. */
  listen(road: Road): ConnectionListener {
    const listener = new RoadListener(this);
    listener.road = road;
    return listener;
  }

  /** For the listeners of roads: packets came. @internal */
  received(road: Road, packets: readonly Packet[]): void {
    // A count alone, as a client sends each second that it only listens, needs no drain.
    const follows = this.session.receive(road, packets, this.#clock.now()) !== false;
    if (follows || this.isWatched) this.#schedule();
  }

  /** For the listeners of roads: the platform reported the end of a connection. */
  lost(road: Road, cause: CloseCause): void {
    this.run((session, now) => session.closed(road, now));
    this.#listener.lost(road, cause, false);
  }

  // For the session: what it wants done. No closures, as there is a driver for every idle session of a server.

  /** @internal */
  write(road: Road, packets: readonly Packet[], timeoutMs: number): void {
    road.connection.send(packets, timeoutMs);
  }

  /** @internal */
  poll(road: Road, packets: readonly Packet[], timeoutMs: number): void {
    road.connection.poll(packets, timeoutMs);
  }

  /** @internal */
  drop(road: Road, reason: CloseReason): void {
    this.#delivered();
    road.connection.close(reason);
    this.#listener.lost(road, { reason }, true);
  }

  /** @internal */
  deliver(message: MessageData): void {
    this.#listener.message(message);
  }

  /** @internal */
  changed(): void {
    this.#delivered();
    this.#listener.changed();
  }

  /** @internal */
  redirected(redirect: Redirect): void {
    this.#delivered();
    this.#listener.redirected(redirect);
  }

  /** @internal */
  ended(ending: Ending): void {
    this.#delivered();
    this.#listener.ended(ending, this.session.ledger.outbox.list());
  }

  #schedule(): void {
    if (this.#round !== "none") return;
    this.#round = "due";
    this.#clock.defer(() => this.#drain());
  }

  #drain(): void {
    this.#round = "delivering";
    try {
      this.session.drain(this, this.#clock.now());
    } finally {
      this.#delivered();
    }
    if (this.isWatched) this.#listener.progressed();
    this.rest();
  }

  /** Whether nothing is to be done for the session. @internal */
  get isIdle(): boolean {
    return this.#round === "none" && !this.isWatched;
  }

  /** All that was to be done is done: the timer is armed for what comes next. @internal */
  rest(): void {
    const { deadline } = this.session;
    if (deadline >= this.#armedFor && deadline !== Number.POSITIVE_INFINITY) return;
    // A later deadline waits for the timer that is armed already: it is looked at when that one fires.
    this.#armedFor = deadline;
    this.#timer.arm(deadline);
  }

  /** What user code says from here on is drained in a round of its own. */
  #delivered(): void {
    if (this.#round === "delivering") this.#round = "none";
  }

  #fire(): void {
    const dueAt = this.#armedFor;
    this.#armedFor = Number.POSITIVE_INFINITY;
    this.run((session, now) => {
      // The machine slept, or the page was frozen: what arrived meanwhile is still on its way to us.
      if (now - dueAt > lateMs) session.wake(now);
      if (now >= session.deadline) session.advance(now);
    });
  }
}

/** Reports of one connection, on their way to the session. */
class RoadListener implements ConnectionListener {
  readonly #driver: Driver<Session>;
  road: Road | undefined;
  #over = false;

  constructor(driver: Driver<Session>) {
    this.#driver = driver;
  }

  received(packets: readonly Packet[]): void {
    const { road } = this;
    if (road) this.#driver.received(road, packets);
  }

  settled(request: Request, answer: readonly Packet[] | undefined, code?: number): void {
    const { road } = this;
    if (road) this.#driver.run((session, now) => session.settled(road, request, answer, now, code));
  }

  closed(cause: CloseCause): void {
    if (this.#over || !this.road) return;
    this.#over = true;
    this.#driver.lost(this.road, cause);
  }
}
