// The client's end of a simulated world: a page with one session at a time, which hides, freezes, is left, and wakes as
// pages do. When its session ends it begins the next one, as a real client does where a new one helps.
// Not here: what is said, and when what happens (world).

import {
  ClientSession,
  type CloseReason,
  type Connection,
  type ConnectionListener,
  Driver,
  type Ending,
  exchanges,
  farewell,
  type Message,
  type PathLimits,
  type Redirect,
  type Road,
} from "@wireway/protocol";
import type { FakeClock } from "../fake-clock.ts";
import type { Random } from "../random.ts";
import { Dialler } from "./dialler.ts";
import type { Absence, Kind } from "./faults.ts";
import { type History, Violation } from "./history.ts";
import { Lid } from "./lid.ts";
import type { Network } from "./network.ts";

/** How often a session that is to be left is looked at, whether what it said is confirmed. */
const checkMs = 50;

/** What a page that leaves can still say of its messages, stated in docs/protocol.md. */
const farewellBytes = 40_000;

export interface PageParts {
  readonly clock: FakeClock;
  readonly random: Random;
  readonly network: Network;
  readonly history: History;
  /** They belong to the path, and outlive pages. */
  readonly limits: PathLimits;
  readonly maxUnconfirmedBytes: number;
  readonly tell: (line: () => string) => void;
  /** The name of the next session. */
  readonly name: () => string;
  readonly nonce: () => string;
  readonly changed: (session: ClientSession) => void;
  readonly lost: (road: Road, reason: CloseReason) => void;
  /** The session is over; the next one begins when this returns. */
  readonly ended: (name: string, ending: Ending, unconfirmed: readonly Message[]) => void;
}

export class Page {
  readonly #parts: PageParts;
  readonly #lid: Lid;
  #driver!: Driver<ClientSession>;
  #dialler!: Dialler;
  #name = "";
  #isLeft = false;
  /** The session that was asked to leave. */
  #leaving: Driver<ClientSession> | undefined;
  /** Connections over which a round trip came back after their answer. */
  readonly #roundTrips = new WeakSet<Connection>();
  /** The road that was proven when the session last changed. */
  #settledOn: Road | undefined;

  constructor(parts: PageParts) {
    this.#parts = parts;
    this.#lid = new Lid(parts.clock, parts.random.fork());
    this.#begin();
  }

  get name(): string {
    return this.#name;
  }

  get session(): ClientSession {
    return this.#driver.session;
  }

  get isFrozen(): boolean {
    return this.#lid.isShut;
  }

  score(kind: Kind): number {
    return this.#dialler.score(kind);
  }

  /** @returns the text of what was said. */
  say(bytes: number): string {
    const text = this.#parts.history.next(this.#name, "up", bytes);
    this.#driver.send(text);
    return text;
  }

  close(): void {
    if (!this.isFrozen) this.#driver.close("closed");
  }

  /** The page is away from now on. */
  hide(sort: Absence["sort"]): void {
    if (this.isFrozen) return;
    this.#parts.tell(() => `page is ${sort}`);
    if (sort === "hidden" || sort === "frozen") {
      this.#dialler.sleep();
      this.#driver.run((session, now) => session.suspend(now));
    }
    // What was asked for in the last moment is still done.
    if (sort !== "hidden") this.#parts.clock.after(0, () => this.#lid.shut());
  }

  /** The page is back. */
  show(sort: Absence["sort"]): void {
    this.#parts.tell(() => "page is back");
    this.#lid.open();
    // Whoever slept is told nothing.
    if (sort === "hidden" || sort === "frozen") this.wake();
  }

  /** The platform says that something may have changed. */
  wake(): void {
    if (this.isFrozen || this.#isLeft) return;
    this.#parts.tell(() => "page wakes");
    this.#driver.run((session, now) => session.wake(now));
    this.#dialler.wake();
  }

  /** The page is gone for good. @returns its last words, and the number of the last message that fits into them. */
  leave(): { packets: ReturnType<typeof farewell>; last: number } {
    const { tell, limits, clock } = this.#parts;
    tell(() => "page leaves");
    this.#isLeft = true;
    this.#dialler.stop();
    const { outbox } = this.session.ledger;
    let last = outbox.acked;
    let room = Math.min(farewellBytes, limits.bodyBytes(clock.now()));
    for (const { bytes } of outbox.list()) {
      room -= bytes;
      if (room >= 0) last++;
    }
    const packets = this.#driver.run((session, now) => farewell(session, now));
    tell(() => `its last words: ${packets?.map(({ type, data }) => `${type} ${data}`).join(" | ")}`);
    return { packets, last };
  }

  #begin(): void {
    const { clock, random, history, limits, maxUnconfirmedBytes, tell } = this.#parts;
    const name = this.#parts.name();
    this.#name = name;
    this.#settledOn = undefined;
    const dialler: Dialler = new Dialler(this.#lid, random.fork(), (kind, listener) => this.#dial(kind, listener));
    const options = {
      nonce: this.#parts.nonce(),
      maxUnconfirmedBytes,
      limits,
      exchanges,
      score: (kind: string) => dialler.score(kind),
    };
    const session = new ClientSession(options, clock.now());
    const driver: Driver<ClientSession> = new Driver(session, this.#lid, {
      message: (data) => {
        if (!this.#isLeft) history.delivered(name, data, "down");
      },
      changed: () => {
        tell(() => `client is on ${describe(session.current)} proven ${session.current?.proven}`);
        this.#parts.changed(session);
        this.#judgeMove(session);
        dialler.changed();
      },
      lost: (road, { reason }) => {
        tell(() => `client lost ${describe(road)}: ${reason}`);
        if (!this.#isLeft) this.#parts.lost(road, reason);
        // It was not given up for another one.
        if (road === this.#settledOn && reason !== "superseded") this.#settledOn = undefined;
        dialler.lost(road, reason);
      },
      redirected: (redirect) => this.#redirected(driver, redirect),
      progressed: () => undefined,
      ended: (over, unconfirmed) => {
        if (this.#isLeft) return;
        dialler.stop();
        this.#parts.ended(name, over, unconfirmed);
        this.#begin();
      },
    });
    this.#driver = driver;
    this.#dialler = dialler;
    // The first message tells the server whose session it is.
    driver.send(history.next(name, "up"));
    dialler.start(driver);
  }

  /** Who has a proven road leaves it for a better one only, and not before a round trip came back over that. */
  #judgeMove({ settledOn }: ClientSession): void {
    const before = this.#settledOn;
    this.#settledOn = settledOn;
    if (!before || !settledOn || before === settledOn) return;
    if (!this.#roundTrips.has(settledOn.connection)) throw new Violation(`moved to ${describe(settledOn)} on trust`);
    const [was, is] = [before, settledOn].map(({ connection }) => this.#dialler.score(connection.transport));
    if ((is ?? 0) >= (was ?? 0)) throw new Violation(`moved from ${describe(before)} to ${describe(settledOn)}`);
  }

  /** The rules of a real client's: at a random moment, and when what was said until then is confirmed. */
  #redirected(driver: Driver<ClientSession>, { withinMs }: Redirect): void {
    const { random, tell } = this.#parts;
    if (this.#leaving === driver) return;
    this.#leaving = driver;
    const { ledger, terms } = driver.session;
    tell(() => `client has to leave within ${withinMs} ms`);
    this.#lid.after(random.int(0, withinMs), () => {
      const untilMs = this.#lid.now() + terms.pingTimeoutMs;
      const last = ledger.outbox.sent;
      if (ledger.outbox.length > 0) driver.run((session, now) => session.wake(now));
      const go = (): void => {
        if (ledger.outbox.acked >= last || this.#lid.now() >= untilMs) driver.close("server_closing");
        else this.#lid.after(checkMs, go);
      };
      go();
    });
  }

  #dial(kind: Kind, listener: ConnectionListener): Connection {
    let answers = 0;
    const connection = this.#parts.network.dial(kind, {
      received: (packets) =>
        this.#lid.arrive(() => {
          if (packets.some(({ type }) => type === "pong")) this.#roundTrips.add(connection);
          listener.received(packets);
        }),
      settled: (request, answer, code) =>
        this.#lid.arrive(() => {
          if (kind === "polling" && answer && ++answers > 1) this.#roundTrips.add(connection);
          listener.settled(request, answer, code);
        }),
      closed: (cause) => this.#lid.arrive(() => listener.closed(cause)),
    });
    return connection;
  }
}

export function describe(road: { readonly connection: Connection; readonly epoch: number } | undefined): string {
  return road ? `${road.connection.transport} epoch ${road.epoch}` : "nothing";
}
