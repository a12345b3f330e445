// The client's end of a session. It dials (claims and asks), moves to the best connection that answered, trusts it when a
// round trip came back over it, and falls back to another when it is lost. Rules in docs/protocol.md, found by simulation
// (packages/testkit).
// Not here: which transport is dialled when (the client's connector), bytes, timers.

import { type CloseReason, type Ending, ending } from "./close-codes.ts";
import { WirewayError } from "./errors.ts";
import type { Exchanges } from "./exchanges.ts";
import { Ledger, transferMs } from "./ledger.ts";
import {
  malformed as broken,
  type ClientOpen,
  closePacket,
  openPacket,
  type Redirect,
  readClose,
  readCount,
  readRedirect,
  readServerOpen,
  type ServerOpen,
} from "./open.ts";
import type { Message, Packet } from "./packet.ts";
import { PathLimits } from "./path-limits.ts";
import { Road } from "./road.ts";
import type { Session, SessionSink, SessionState } from "./session.ts";
import { defaultTerms, type Terms } from "./terms.ts";
import type { Connection, Request } from "./transport.ts";
import { checkLimitMs, goOn, trialDeadline, trust } from "./trial.ts";

/** With so many dials in a row unanswered, nothing is sent behind the next ones: it would most likely be sent in vain. */
const maxFlights = 3;

export interface ClientSessionOptions {
  /** At least 128 random bits: racing dials from zero meet in one session by it. */
  readonly nonce: string;
  readonly maxUnconfirmedBytes: number;
  /** Which transport is better: the smaller score. It may change with evidence. */
  readonly score: (transport: string) => number;
  /** What is known of the path; the session adds to it. @default nothing is */
  readonly limits?: PathLimits;
  /** For connections that speak in requests. @default there are none */
  readonly exchanges?: Exchanges | undefined;
}

export class ClientSession implements Session {
  readonly ledger: Ledger;
  state: SessionState = "open";
  current: Road | undefined;
  /** Public; known from the first answer on. */
  id: string | undefined;
  terms: Terms = defaultTerms;
  readonly limits: PathLimits;
  /** Secret; known from the first answer on. */
  token: string | undefined;
  /** The highest epoch that was moved to. */
  epoch = 0;
  readonly #nonce: string;
  readonly #score: (transport: string) => number;
  readonly #exchanges: Exchanges | undefined;
  readonly #roads = new Set<Road>();
  /** Dials since the last answer. */
  #flights = 0;
  #drops: [Road, CloseReason][] = [];
  #changed = false;
  #redirect: Redirect | undefined;
  #ending: Ending | undefined;
  #closingAt = Number.POSITIVE_INFINITY;
  #suspendedSince: number;

  constructor(options: ClientSessionOptions, now: number) {
    const { nonce, maxUnconfirmedBytes, score, limits = new PathLimits(), exchanges } = options;
    this.#nonce = nonce;
    this.#score = score;
    this.limits = limits;
    this.#exchanges = exchanges;
    this.ledger = new Ledger(maxUnconfirmedBytes);
    this.#suspendedSince = now;
  }

  /** Whether the current road is proven: a round trip came back over it. */
  get settledOn(): Road | undefined {
    return this.current?.proven ? this.current : undefined;
  }

  /**
   * Opens the session on a new connection: with a *claim* while nothing better is known, so that messages follow at once,
   * with an *ask* while a proven connection serves.
   */
  dial(connection: Connection, now: number): Road {
    const road = new Road(connection, now);
    road.announcing = true;
    road.ready = true;
    road.speaking = this.settledOn === undefined;
    road.mayFly = this.#flights++ < maxFlights;
    if (this.state !== "ended") this.#roads.add(road);
    return road;
  }

  receive(road: Road, packets: readonly Packet[], now: number): void {
    if (!this.#roads.has(road)) return;
    road.heard(now);
    this.take(road, packets, now);
  }

  settled(road: Road, request: Request, answer: readonly Packet[] | undefined, now: number, code?: number): void {
    if (this.#roads.has(road)) this.#exchanges?.settled(this, road, request, answer, now, code);
  }

  closed(road: Road, now: number): void {
    if (!this.#roads.delete(road)) return;
    if (road === this.current) road.wasQuiet = this.quiet(road, road.quietMs(now), now);
    this.#lost(road, now);
  }

  /** Gives up all connections, and keeps the session: a page that is hidden may not keep them. */
  suspend(now: number): void {
    for (const road of this.#roads) this.drop(road, "suspended", now);
  }

  get voice(): Road | undefined {
    return this.current;
  }

  send(message: Message, now: number): boolean {
    // An application that did not close knows nothing of it yet: this goes out before the close, or is handed back.
    const isOver = this.state === "ended" || this.#ending?.reason === "closed";
    if (isOver || !this.ledger.outbox.fits(message)) return false;
    this.ledger.push(message, now);
    return true;
  }

  close(reason: CloseReason, message: string | undefined, now: number): void {
    if (this.state !== "open") return;
    this.#ending = ending(reason, "local", message);
    this.state = "closing";
    this.#closingAt = now + this.terms.pingTimeoutMs + transferMs(this.ledger.outbox.bytes);
  }

  /** Asks the server what it has. */
  ask(now: number): void {
    // An exchange is answered with the count anyway.
    if (this.current && !this.current.isExchange) this.current.ping(now);
  }

  wake(now: number): void {
    const { ledger, terms } = this;
    ledger.restart(now);
    // Whoever slept gets the time in which the server would have answered.
    this.#suspendedSince = Math.max(this.#suspendedSince, now - terms.resumeWindowMs);
    for (const road of this.#roads) {
      if (road.epoch === 0) continue;
      road.ping(now);
      road.check(now, checkLimitMs(road, terms));
    }
  }

  advance(now: number): void {
    const { ledger, terms } = this;
    for (const road of this.#roads) {
      this.#exchanges?.advance(this, road, now);
      if (road.epoch === 0) continue;
      if (now >= road.silenceDeadline(terms) && !road.heardBytes(now)) this.drop(road, "silent", now);
      else if (now >= this.#proofDeadline(road)) this.drop(road, road === this.current ? "stalled" : "unproven", now);
    }
    if (this.current?.ready && now >= ledger.confirmDeadline(terms)) this.current.say("noop");
    if (this.current && now >= trialDeadline(this.current, terms))
      this.#changed = goOn(this.current, now) || this.#changed;
    if (now >= this.#expiryDeadline) this.end(ending("expired", "local"));
    if (now >= this.#closingAt) this.end();
  }

  get deadline(): number {
    const { terms, current, ledger } = this;
    const deadlines = [this.#closingAt, this.#expiryDeadline];
    for (const road of this.#roads) {
      if (road.epoch === 0) continue;
      deadlines.push(road.silenceDeadline(terms), this.#proofDeadline(road));
      if (this.#exchanges) deadlines.push(this.#exchanges.deadline(this, road));
    }
    // What is owed waits while a body is under way: its answer is what lets the next one go.
    if (current?.ready && current.retryAt === undefined) deadlines.push(ledger.confirmDeadline(terms));
    if (current) deadlines.push(trialDeadline(current, terms));
    return Math.min(...deadlines);
  }

  /** Until when a road has to show that what is said there arrives: by confirmations, or at all. */
  #proofDeadline(road: Road): number {
    const { terms, ledger } = this;
    return road === this.current ? ledger.progressDeadline(terms, road.since) : road.since + terms.pingTimeoutMs;
  }

  drain(sink: SessionSink, now: number): void {
    for (const message of this.ledger.delivered()) {
      // A handler may close the session: what comes behind is not for it any more. Who was asked to leave still wants it.
      if (this.#ending?.by !== "local" || this.#ending.reason === "server_closing") sink.deliver(message);
    }
    if (this.state === "closing" && !this.current) this.end();
    if (this.current?.trial === "due" && this.ledger.outbox.length > 0) goOn(this.current, now);
    for (const road of this.#roads) {
      this.#write(road, sink, now);
      this.#exchanges?.poll(this, road, sink, now);
    }
    for (const [road, reason] of this.#drops.splice(0)) sink.drop(road, reason);
    if (this.#changed) {
      this.#changed = false;
      sink.changed(this);
    }
    const redirect = this.#redirect;
    this.#redirect = undefined;
    if (redirect) sink.redirected(redirect);
    if (this.state === "ended" && this.#ending) {
      const over = this.#ending;
      this.#ending = undefined;
      sink.ended(over);
    }
  }

  /** What came over a road. */
  take(road: Road, packets: readonly Packet[], now: number): void {
    try {
      this.#process(road, packets, now);
    } catch (error) {
      if (!(error instanceof WirewayError)) throw error;
      this.close("protocol_error", error.message, Number.NEGATIVE_INFINITY);
    }
  }

  #process(road: Road, packets: readonly Packet[], now: number): void {
    for (const packet of packets) {
      switch (packet.type) {
        case "open":
          this.#opened(road, readServerOpen(packet), now);
          break;
        case "message":
          if (road.next === undefined) throw broken("a message before its base");
          if (this.ledger.take(road.next, packet.data, now) === "gap") throw broken("messages missing");
          road.next++;
          break;
        case "ping":
        case "pong":
        case "noop":
          this.#confirm(readCount(packet.data), now);
          if (packet.type === "ping") road.say("pong");
          if (packet.type !== "pong") break;
          road.ponged(now);
          if (road.epoch > 0) this.proved(road, now);
          break;
        case "close":
          this.end(readClose(packet.data));
          return;
        case "redirect":
          this.#redirect = readRedirect(packet);
          break;
      }
      if (!this.#roads.has(road)) return;
    }
  }

  #opened(road: Road, open: ServerOpen, now: number): void {
    this.#confirm(open.received, now);
    road.next = open.first ?? road.next;
    if (open.gone) this.drop(road, "gone", now);
    else if (road.epoch === 0) this.#answered(road, open, now);
    else if (open.sent !== undefined && !road.connection.polls) road.expect(open.sent, now);
  }

  #answered(road: Road, open: ServerOpen, now: number): void {
    if (open.epoch === undefined) throw broken("an answer without epoch");
    this.#flights = 0;
    this.token ??= open.token;
    this.id ??= open.id;
    this.terms = open.terms ?? this.terms;
    road.epoch = open.epoch;
    road.roundTripMs = now - road.since;
    road.since = now;
    const { current } = this;
    if (road.epoch < this.epoch) return this.drop(road, "superseded", now);
    if (!current) return this.#move(trust(road, this.ledger), now);
    const better = this.#scoreOf(road) < this.#scoreOf(current) || (!current.proven && road.epoch > current.epoch);
    if (!better) return this.drop(road, "superseded", now);
    road.speaking = false;
    road.ping(now);
  }

  #move(road: Road, now: number): void {
    this.epoch = road.epoch;
    this.current = road;
    this.#changed = true;
    road.since = now;
    road.shown(now);
    road.speaking = true;
    this.ledger.restart(now);
    // Over HTTP every body names its connection; a poll says all that a move has to say.
    if (road.connection.polls) road.pollReady = true;
    else {
      road.announcing = true;
      if (!road.proven) road.ping(now);
    }
    for (const other of this.#roads) {
      if (other !== road && other.epoch > 0 && other.epoch < road.epoch) this.drop(other, "superseded", now);
    }
  }

  /** A round trip came back over this road: over a stream a pong, over polling any exchange after the dial. */
  proved(road: Road, now: number): void {
    if (road.proven || !this.#roads.has(road)) return;
    const on = this.settledOn;
    // It was better than what it was dialled beside; meanwhile something better still may serve.
    if (on && on !== road && this.#scoreOf(road) >= this.#scoreOf(on)) return this.drop(road, "superseded", now);
    road.proven = true;
    if (road !== this.current) this.#move(road, now);
    this.#changed = true;
  }

  #lost(road: Road, now: number): void {
    if (road !== this.current) return;
    this.current = undefined;
    this.#suspendedSince = now;
    this.#changed = true;
    const [newest] = [...this.#roads].sort((a, b) => b.epoch - a.epoch);
    if (newest && newest.epoch > 0) return this.#move(newest, now);
    for (const dial of this.#roads) {
      // An ask under way becomes a claim, where more can still be said behind it.
      if (dial.isExchange || dial.speaking) continue;
      dial.speaking = true;
      dial.announcing = true;
    }
  }

  #confirm(received: number, now: number): void {
    if (!this.ledger.confirm(received, now)) throw broken("a count of more than was sent");
  }

  #write(road: Road, sink: SessionSink, now: number): void {
    const { ledger } = this;
    const closes = this.state === "closing" && road === this.current;
    if (!road.ready || road.retryAt !== undefined || !(closes || road.wants(ledger))) return;
    // A dial over HTTP is one body; the next one has to name its answer's epoch.
    if (road.isExchange && road.epoch === 0 && !road.announcing) return;
    const packets: Packet[] = [];
    // The last word tells the last count: what the peer hands back to its application is then what did not arrive.
    if (closes) road.say("noop");
    const opens = road.needsBase(ledger);
    const counts = opens || road.counts;
    if (opens) {
      const first = road.speaking ? road.base(ledger) : undefined;
      packets.push(openPacket({ ...this.name(road, now), epoch: road.epoch || undefined, first }));
    }
    road.fill(packets, ledger, this.limits.bodyBytes(now));
    if (packets.length === 0 && !closes) return;
    if (road === this.current && counts) ledger.told();
    const lastWords = closes && !road.lags(ledger);
    if (lastWords && this.#ending) packets.push(closePacket(this.#ending.reason, this.#ending.message));
    road.sentAt = now;
    sink.write(road, packets, road.isExchange ? (this.#exchanges?.timeoutMs(this, road, packets) ?? 0) : 0);
    if (lastWords) this.end();
  }

  /** Which session it is: told once on a stream, in every body of an exchange. */
  name(road: Road, now: number): ClientOpen {
    const { token, ledger } = this;
    const { received } = ledger;
    if (road.epoch > 0 && !road.isExchange) return { received };
    const nonce = token === undefined ? this.#nonce : undefined;
    return { nonce, token, received, pingIntervalMs: this.limits.pingIntervalMs(now) };
  }

  /** Something ended, and nobody knows why. @returns whether it had been quiet for long enough to be ended for that. */
  quiet({ connection }: Road, quietMs: number, now: number): boolean {
    // What waits to be confirmed shows that it was no quiet, but a dead road.
    return this.ledger.outbox.length === 0 && this.limits.cut(quietMs, now, connection.transport);
  }

  /** A session that nobody resumed is forgotten by the server; one that was never answered has nothing to lose. */
  get #expiryDeadline(): number {
    if (this.current || this.token === undefined) return Number.POSITIVE_INFINITY;
    const { resumeWindowMs, pingIntervalMs, pingTimeoutMs } = this.terms;
    return this.#suspendedSince + resumeWindowMs + pingIntervalMs + pingTimeoutMs;
  }

  #scoreOf({ connection }: Road): number {
    return this.#score(connection.transport);
  }

  drop(road: Road, reason: CloseReason, now: number): void {
    if (!this.#roads.delete(road)) return;
    this.#drops.push([road, reason]);
    this.#lost(road, now);
  }

  /** @param over how; as it was meant to when it is closing. */
  end(over: Ending | undefined = this.#ending): void {
    if (!over) return;
    this.state = "ended";
    this.#ending = over;
    // Nothing is due any more.
    this.#closingAt = Number.POSITIVE_INFINITY;
    this.#suspendedSince = Number.POSITIVE_INFINITY;
    for (const road of this.#roads) this.#drops.push([road, over.reason]);
    this.#roads.clear();
    this.current = undefined;
  }
}
