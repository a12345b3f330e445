// All sessions of a server: how they begin, how many there may be, what those without a connection may hold, and how all of
// them end. Which request belongs to which session is the protocol's registry.

import type { IncomingMessage } from "node:http";
import {
  type Accepted,
  type Answered,
  type Clock,
  type Connection,
  closePacket,
  type Driver,
  type Ending,
  type Packet,
  Registry,
  ServerSession,
} from "@wireway/protocol";
import { debugWhereWanted } from "./debug.ts";
import { Drain } from "./drain.ts";
import type { Guard } from "./guard.ts";
import { type Handshake, handshakeOf } from "./handshake.ts";
import { Handshakes } from "./handshakes.ts";
import { Identifier } from "./identity.ts";
import type { ResolvedOptions } from "./options.ts";
import { Peer } from "./peer.ts";
import type { PeerContext } from "./peer-context.ts";
import { RateLimits } from "./rate-limits.ts";
import { RequestError } from "./request-error.ts";
import { secret } from "./secret.ts";
import { tellOpen } from "./taps.ts";
import { TimeLimit } from "./time-limit.ts";
import { Users } from "./users.ts";

export type SessionsContext = Omit<PeerContext, "sessions" | "identifier" | "rates">;

/** Undefined when it may; else what the client is told. */
export type Approval = Packet | undefined;

export class Sessions {
  /** Whose sessions they are, as far as that is known. */
  readonly users: Users<Peer>;
  readonly #context: PeerContext;
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #registry: Registry;
  /** Only where somebody asks for their guards. */
  readonly #peers = new WeakMap<Driver<ServerSession>, Peer>();
  readonly #handshakes: Handshakes<Peer>;
  readonly #unjoined: TimeLimit<Peer>;
  /** What suspended sessions hold, in the order in which they began to hold something. */
  readonly #held = new Map<Peer, number>();
  #heldBytes = 0;
  /** Of the request that is dialling right now. */
  #handshake: Handshake | undefined;
  /** Since clients are asked to leave. */
  #drain: Drain<Driver<ServerSession>> | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(context: SessionsContext) {
    debugWhereWanted();
    const { clock, options, report } = context;
    const { authenticate, authenticateTimeoutMs: timeoutMs } = options;
    this.users = new Users(timeoutMs, clock);
    const identifier = authenticate && new Identifier({ authenticate, timeoutMs, clock, report });
    this.#context = { ...context, identifier, rates: new RateLimits(options), sessions: this };
    this.#clock = clock;
    this.#options = options;
    this.#registry = new Registry({ clock, create: () => this.#create() });
    this.#handshakes = new Handshakes({
      clock,
      maxHandshakes: options.maxHandshakes,
      quietMs: options.terms.pingTimeoutMs,
      end: (peer) => peer.notJoined(options.terms.pingTimeoutMs),
    });
    this.#unjoined = new TimeLimit(options.connectTimeoutMs, clock, (peer) => peer.notJoined(options.connectTimeoutMs));
  }

  get size(): number {
    return this.#registry.size;
  }

  /**
   * Before a dial: whether it may have the session that it names. Rejects with a RequestError when nobody can tell.
   * @throws {WirewayError} `malformed_open`
   */
  approveDial(packets: readonly Packet[], handshake: Handshake): Approval | Promise<Approval> {
    return answered(this.#guard(packets)?.approveDial(handshake));
  }

  /** The same before a POST or a poll. */
  approveRequest(packets: readonly Packet[], request: IncomingMessage): Approval | Promise<Approval> {
    const guard = this.#guard(packets);
    if (!guard) return undefined;
    const handshake = (): Handshake => handshakeOf(request, this.#options);
    return answered(guard.approveRequest(request.headers, handshake));
  }

  /** A dial. @throws {WirewayError} `malformed_open`; from zero `too_many_handshakes`, `too_many_sessions`, `server_closed` */
  accept(connection: Connection, packets: readonly Packet[], handshake: Handshake): Accepted {
    this.#handshake = handshake;
    try {
      const accepted = this.#registry.accept(connection, packets);
      if ("driver" in accepted) tellOpen(accepted.road, handshake.address, accepted.driver);
      return accepted;
    } finally {
      this.#handshake = undefined;
    }
  }

  /** Before a dial that comes later: what `accept` would refuse now. @throws {WirewayError} as `accept` */
  check(packets: readonly Packet[]): void {
    if (this.#registry.begins(packets)) this.#checkRoom();
  }

  /** A POST or a poll. @throws {WirewayError} `malformed_open` */
  request(packets: readonly Packet[]): Answered {
    return this.#registry.request(packets);
  }

  /**
   * Lets no session begin any more, and asks those that live to go elsewhere, a few at a time; one that has no connection
   * hears of it when it has. Resolves when none is left, or after `drainMs`.
   */
  drain(drainMs: number, url: string | undefined): Promise<void> {
    const redirect = { withinMs: 0, ...(url !== undefined && { url }) };
    this.#drain = new Drain(this.#registry.drivers(), {
      clock: this.#clock,
      drainMs,
      random: Math.random,
      ask: (driver) => driver.run((session) => session.redirect(redirect)),
    });
    this.#checkEmpty();
    return this.#drain.done;
  }

  /** Asks nobody any more: what is left is to end now. */
  endDrain(): void {
    this.#drain?.end();
  }

  /** Ends all sessions, and lets none begin any more. Resolves when the last one is over. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
      this.#context.announcements.settle();
      for (const driver of [...this.#registry.drivers()]) driver.close("server_closing");
      this.#checkEmpty();
    });
  }

  /** Ends all sessions of the user, and none of theirs begins that asked to before. */
  disconnectUser(user: string): void {
    for (const peer of this.users.end(user)) peer.close("closed", "the user was disconnected");
  }

  /** For a peer: it joined no namespace, or left the last one. */
  unjoined(peer: Peer): void {
    this.#unjoined.start(peer);
  }

  /** For a peer: it asks to be let into a namespace. */
  joined(peer: Peer): void {
    this.#unjoined.stop(peer);
    this.#handshakes.ask(peer);
  }

  /** For a peer: it was let in somewhere, or refused. */
  decided(peer: Peer): void {
    this.#handshakes.over(peer);
  }

  /** For a peer: it was suspended, resumed, or sends while suspended. */
  account(peer: Peer): void {
    const bytes = peer.heldBytes;
    // As nearly always.
    if (bytes === 0 && this.#held.size === 0) return;
    this.#heldBytes += bytes - (this.#held.get(peer) ?? 0);
    if (bytes > 0) this.#held.set(peer, bytes);
    else this.#held.delete(peer);
    for (const [oldest, oldestBytes] of this.#held) {
      if (this.#heldBytes <= this.#options.maxSuspendedBytes) return;
      this.#held.delete(oldest);
      this.#heldBytes -= oldestBytes;
      oldest.close("evicted");
    }
  }

  /** For a peer: its session is over. */
  ended(peer: Peer, ending: Ending): void {
    this.#unjoined.stop(peer);
    this.#handshakes.over(peer);
    this.account(peer);
    this.#registry.forget(peer.driver, ending);
    this.#drain?.delete(peer.driver);
    this.#checkEmpty();
  }

  #create(): Driver<ServerSession> {
    const { maxUnconfirmedBytes, terms } = this.#options;
    this.#checkRoom();
    this.#handshakes.makeRoom();
    const names = { id: secret(16), token: secret(24) };
    const session = new ServerSession({ ...names, terms, maxUnconfirmedBytes }, this.#clock.now());
    const peer = new Peer(session, this.#handshake as Handshake, this.#context);
    if (peer.guard) this.#peers.set(peer.driver, peer);
    this.#handshakes.begin(peer);
    this.unjoined(peer);
    return peer.driver;
  }

  /** Of the session that the packets name, if that has one. */
  #guard(packets: readonly Packet[]): Guard | undefined {
    if (!this.#options.authenticate) return undefined;
    const driver = this.#registry.find(packets);
    return driver && this.#peers.get(driver)?.guard;
  }

  #checkRoom(): void {
    const { maxSessions } = this.#options;
    if (this.#drain || this.#whenEmpty) throw new RequestError("server_closed", {}, this.#drain?.leftMs);
    if (this.size >= maxSessions) throw new RequestError("too_many_sessions", { limit: maxSessions });
    this.#handshakes.checkRoom();
  }

  #checkEmpty(): void {
    if (this.size > 0) return;
    this.endDrain();
    this.#whenEmpty?.();
  }
}

/** Whoever may not have a session is told as little of it as of one that does not exist. */
function answered(approval: boolean | Promise<boolean> | undefined): Approval | Promise<Approval> {
  if (typeof approval === "object") return approval.then(answered);
  return approval === false ? closePacket("unknown_session") : undefined;
}
