// Which connection and which request belongs to which session: by token, by nonce while a session is young, and, for a
// while after its end, by what is left of both, so that a late dial of an ended session does not begin another one.
// Not here: HTTP, sockets, who may connect; the server asks those questions before and gives `create`.

import type { Clock } from "./clock.ts";
import type { CloseReason, Ending } from "./close-codes.ts";
import type { Driver } from "./driver.ts";
import { WirewayError } from "./errors.ts";
import { closePacket, countsPacket, openPacket, readClientOpen, type ServerOpen } from "./open.ts";
import type { Packet } from "./packet.ts";
import type { Road } from "./road.ts";
import type { ServerSession } from "./server-session.ts";
import type { Connection, ConnectionListener } from "./transport.ts";

/** How long an ended session is remembered, and how many are. */
const tombstoneMs = 60_000;
const maxTombstones = 10_000;

export interface RegistryOptions {
  readonly clock: Clock;
  /** A session from zero. @throws {WirewayError} when there is no room for it. */
  readonly create: () => Driver<ServerSession>;
}

/** Outcome of a dial: the connection is the session's now, or it has to be told why not. */
export type Accepted =
  | { readonly listener: ConnectionListener; readonly road: Road; readonly driver: Driver<ServerSession> }
  | { readonly refusal: Packet };

/** Outcome of a request that belongs to a connection; `road` when that connection lives. */
export interface Answered {
  readonly answer: readonly Packet[];
  readonly road: Road | undefined;
}

export class Registry {
  readonly #options: RegistryOptions;
  readonly #byToken = new Map<string, Driver<ServerSession>>();
  /** A nonce leads to its session as long as that lives: dials may be late. */
  readonly #byNonce = new Map<string, Driver<ServerSession>>();
  /** By token and by nonce, from the oldest to the newest. */
  readonly #tombstones = new Map<string, { reason: CloseReason; untilMs: number }>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byToken.size;
  }

  drivers(): IterableIterator<Driver<ServerSession>> {
    return this.#byToken.values();
  }

  /** A connection whose first packet is an `open` with no epoch. @throws {WirewayError} `malformed_open`, or create's. */
  accept(connection: Connection, packets: readonly Packet[]): Accepted {
    const open = readClientOpen(openOf(packets));
    if (open.epoch !== undefined) throw new WirewayError("malformed_open", { why: "a dial names no epoch" });
    const driver = this.#find(open.token, open.nonce) ?? (open.nonce ? this.#create(open.nonce) : undefined);
    if (!driver) return { refusal: this.#refusal(open.token ?? open.nonce) };
    const road = driver.run((session, now) => session.accept(connection, open, packets.slice(1), now));
    return { listener: driver.listen(road), road, driver };
  }

  /** A POST or a poll: its first packet is an `open` with token and epoch. @throws {WirewayError} `malformed_open` */
  request(packets: readonly Packet[]): Answered {
    const open = readClientOpen(openOf(packets));
    if (open.epoch === undefined) throw new WirewayError("malformed_open", { why: "a request names its epoch" });
    const driver = this.#find(open.token, undefined);
    if (!driver) return { answer: [this.#refusal(open.token)], road: undefined };
    const { road, answer } = driver.run((session, now) => session.request(open, packets.slice(1), now));
    const { state, ending } = driver.session;
    // A session that closes says so where its connection still is, behind the messages that it still has.
    if (state === "open" || (state === "closing" && road)) return new OpenAnswer(answer, road);
    return { answer: [openPacket(answer), closePacket(ending?.reason ?? "closed")], road: undefined };
  }

  /** The session that a dial or a request names, if it lives. @throws {WirewayError} `malformed_open` */
  find(packets: readonly Packet[]): Driver<ServerSession> | undefined {
    const { token, nonce } = readClientOpen(openOf(packets));
    return this.#find(token, nonce);
  }

  /** Whether a dial would begin a session, as none of its name lives. @throws {WirewayError} `malformed_open` */
  begins(packets: readonly Packet[]): boolean {
    const { nonce } = readClientOpen(openOf(packets));
    return nonce !== undefined && !this.#find(undefined, nonce);
  }

  /** Whether a request dials (true) or belongs to a connection. @throws {WirewayError} `malformed_open` */
  static dials(packets: readonly Packet[]): boolean {
    return readClientOpen(openOf(packets)).epoch === undefined;
  }

  /** A session has ended: late requests for it are told so. */
  forget(driver: Driver<ServerSession>, { reason }: Ending): void {
    const { token } = driver.session;
    if (!this.#byToken.delete(token)) return;
    this.#bury(token, reason);
    const { nonce } = driver.session;
    if (nonce === undefined) return;
    this.#byNonce.delete(nonce);
    this.#bury(nonce, "unknown_session");
  }

  #find(token: string | undefined, nonce: string | undefined): Driver<ServerSession> | undefined {
    const driver =
      token !== undefined ? this.#byToken.get(token) : nonce !== undefined ? this.#byNonce.get(nonce) : undefined;
    return driver?.session.state === "ended" ? undefined : driver;
  }

  #create(nonce: string): Driver<ServerSession> | undefined {
    this.#sweep();
    if (this.#tombstones.has(nonce)) return undefined;
    const driver = this.#options.create();
    this.#byToken.set(driver.session.token, driver);
    this.#byNonce.set(nonce, driver);
    driver.session.nonce = nonce;
    return driver;
  }

  #refusal(name: string | undefined): Packet {
    this.#sweep();
    return closePacket((name && this.#tombstones.get(name)?.reason) || "unknown_session");
  }

  #bury(name: string, reason: CloseReason): void {
    this.#sweep();
    this.#tombstones.set(name, { reason, untilMs: this.#options.clock.now() + tombstoneMs });
  }

  #sweep(): void {
    const now = this.#options.clock.now();
    for (const [name, { untilMs }] of this.#tombstones) {
      if (untilMs > now && this.#tombstones.size <= maxTombstones) return;
      this.#tombstones.delete(name);
    }
  }
}

/** Made when it is asked for: a poll that waits is answered with what there is to say. */
class OpenAnswer implements Answered {
  readonly road: Road | undefined;
  readonly #open: ServerOpen;

  constructor(open: ServerOpen, road: Road | undefined) {
    this.#open = open;
    this.road = road;
  }

  get answer(): readonly Packet[] {
    const { received, epoch, sent } = this.#open;
    if (epoch === undefined || sent === undefined) return [openPacket(this.#open)];
    return [countsPacket({ received, epoch }, "sent", sent)];
  }
}

function openOf(packets: readonly Packet[]): Packet {
  const first = packets[0];
  if (first?.type !== "open") throw new WirewayError("malformed_open", { why: "the first packet must be one" });
  return first;
}
