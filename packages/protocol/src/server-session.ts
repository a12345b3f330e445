// The server's end of a session. It answers every dial, speaks on all candidates until one is proven, and is moved only
// by the client's *move*: a connection that carries one direction alone never captures a session. Rules in
// docs/protocol.md, found by simulation (packages/testkit).
// Not here: which request belongs to which session (registry), bytes, timers.

import { portionBytes } from "./announce.ts";
import { type CloseReason, type Ending, ending } from "./close-codes.ts";
import { WirewayError } from "./errors.ts";
import { Few } from "./few.ts";
import { Ledger, transferMs } from "./ledger.ts";
import {
  answerPacket,
  type ClientOpen,
  closePacket,
  countsPacket,
  openPacket,
  type Redirect,
  readClientOpen,
  readClose,
  readCount,
  redirectPacket,
  type ServerOpen,
} from "./open.ts";
import type { Message, Packet } from "./packet.ts";
import { bodyBytes, PathLimits } from "./path-limits.ts";
import { Road } from "./road.ts";
import type { Session, SessionSink, SessionState } from "./session.ts";
import type { Terms } from "./terms.ts";
import type { Connection, Request } from "./transport.ts";
import { probe } from "./trial.ts";

/** Dials that were answered and never moved to; with one more the oldest is dropped. */
const maxUnproven = 4;

/** A client may ask for earlier pings than the terms', but not for a flood. */
const leastPingIntervalMs = 1_000;

const noDrops: readonly (readonly [Road, CloseReason])[] = [];

export interface ServerSessionOptions {
  readonly id: string;
  readonly token: string;
  readonly terms: Terms;
  readonly maxUnconfirmedBytes: number;
}

export class ServerSession implements Session {
  readonly id: string;
  readonly token: string;
  /** By which dials began it; the registry's. */
  nonce: string | undefined;
  readonly terms: Terms;
  readonly ledger: Ledger;
  state: SessionState = "open";
  current: Road | undefined;
  /** When the last connection went; undefined while there is one. */
  suspendedSince: number | undefined;
  #epoch = 0;
  /** By epoch, and so from the oldest to the newest. */
  readonly #roads = new Few<number, Road>();
  /** How often a quiet road is pinged and a poll is answered: the term, or less where the client's path needs it. */
  #pingIntervalMs: number;
  /** What cut polls showed of the path; most sessions never have one. */
  #limits: PathLimits | undefined;
  #redirect: Redirect | undefined;
  #drops = noDrops;
  #changed = false;
  /** Why the session closes or has ended. */
  ending: Ending | undefined;
  #told = false;
  #closingAt = Number.POSITIVE_INFINITY;

  constructor({ id, token, terms, maxUnconfirmedBytes }: ServerSessionOptions, now: number) {
    this.id = id;
    this.token = token;
    this.terms = terms;
    this.#pingIntervalMs = terms.pingIntervalMs;
    this.ledger = new Ledger(maxUnconfirmedBytes);
    this.suspendedSince = now;
  }

  /** Takes a connection that opened with a claim or an ask, and the packets that came right behind it. */
  accept(connection: Connection, open: ClientOpen, behind: readonly Packet[], now: number): Road {
    const road = new Road(connection, now);
    road.epoch = ++this.#epoch;
    road.next = open.first;
    road.announcing = true;
    // A dial over HTTP waits for its answer.
    road.ready = true;
    road.speaking = this.current === undefined || open.first !== undefined;
    road.redirect = this.#redirect;
    this.#roads.set(road.epoch, road);
    this.suspendedSince = undefined;
    const unproven = this.#roads.size > maxUnproven ? [...this.#roads.values()].filter(({ proven }) => !proven) : [];
    if (unproven.length > maxUnproven) this.#drop(unproven[0] as Road, "unproven", now);
    this.#guarded(() => {
      this.#heed(open, now);
      road.next = this.#process(road, behind, road.next, now);
    });
    return road;
  }

  receive(road: Road, packets: readonly Packet[], now: number): boolean {
    if (this.state === "ended" || !this.#has(road)) return false;
    const isCount = packets.length === 1 && packets[0]?.type === "noop" && !this.ledger.isAsked;
    road.shown(now);
    try {
      road.next = this.#process(road, packets, road.next, now);
    } catch (error) {
      this.#failed(error);
    }
    return !isCount || this.state !== "open";
  }

  /**
   * A request that names the epoch of an answer: a POST or a poll. It may be late, doubled, or of a connection that is
   * gone; its messages are numbered from its own `first`, and count all the same.
   */
  request(open: ClientOpen, behind: readonly Packet[], now: number): { road: Road | undefined; answer: ServerOpen } {
    const road = open.epoch === undefined ? undefined : this.#roads.get(open.epoch);
    if (road) road.shown(now);
    else if (this.suspendedSince !== undefined) this.suspendedSince = now;
    this.#guarded(() => {
      this.#opened(road, open, now);
      this.#process(road, behind, open.first, now, true);
    });
    if (road && road === this.current) this.ledger.told();
    const { received } = this.ledger;
    return { road, answer: road ? { received, epoch: road.epoch, sent: road.sentTo ?? 0 } : { received, gone: true } };
  }

  /** A poll waits: the road may be written to once. Or a stream that was full is not any more. */
  settled(road: Road, _request: Request, answer: readonly Packet[] | undefined, now: number): void {
    if (!this.#has(road)) return;
    road.ready = answer !== undefined;
    if (!road.isExchange) return;
    if (!answer) return this.#brokenOff(now - road.pingedAt, now);
    road.pingedAt = now;
    // The last answer may have been lost: what it carried and the poll does not confirm goes out again.
    road.sentTo = undefined;
  }

  closed(road: Road, now: number): void {
    if (this.#has(road)) this.#remove(road, now);
  }

  /** Asks the client to go elsewhere, on every connection that it has or makes. */
  redirect(redirect: Redirect): void {
    this.#redirect = redirect;
    for (const road of this.#roads.values()) road.redirect = redirect;
  }

  get voice(): Road | undefined {
    return this.current ?? [...this.#roads.values()].find(({ speaking }) => speaking);
  }

  /** The current road where it is the only one. */
  get only(): Road | undefined {
    return this.#roads.size === 1 ? this.current : undefined;
  }

  send(message: Message, now: number): boolean {
    if (this.state !== "open") return false;
    if (!this.ledger.outbox.fits(message)) {
      this.#end(ending("too_far_behind", "local"));
      return false;
    }
    this.ledger.push(message, now);
    return true;
  }

  close(reason: CloseReason, message: string | undefined, now: number): void {
    if (this.state !== "open") return;
    this.ending = ending(reason, "local", message);
    this.state = "closing";
    this.#closingAt = now + this.terms.pingTimeoutMs + transferMs(this.ledger.outbox.bytes);
  }

  wake(now: number): void {
    if (this.state === "ended") return;
    const { terms, ledger } = this;
    ledger.restart(now);
    for (const road of this.#roads.values()) probe(road, now).check(now, terms.pingTimeoutMs);
    // Whoever wanted to resume could not; if it slept too, it first has to find its connection dead.
    if (this.suspendedSince !== undefined) {
      this.suspendedSince = Math.max(this.suspendedSince, now - terms.resumeWindowMs + 2 * terms.pingTimeoutMs);
    }
  }

  advance(now: number): void {
    if (this.state === "ended") return;
    for (const road of this.#roads.values()) this.#advanceRoad(road, now);
    const { current, terms, ledger } = this;
    if (current) {
      if (current.ready && now >= ledger.confirmDeadline(terms)) current.say("noop");
      if (!current.isExchange && now >= ledger.askDeadline(terms, current.since)) {
        ledger.asked();
        current.ping(now);
      }
      if (now >= ledger.progressDeadline(terms, current.since)) this.#drop(current, "stalled", now);
    }
    if (this.suspendedSince !== undefined && now >= this.suspendedSince + terms.resumeWindowMs) {
      this.#end(ending("expired", "local"));
    }
    if (now >= this.#closingAt) this.#end(this.ending as Ending);
  }

  get deadline(): number {
    if (this.state === "ended") return Number.POSITIVE_INFINITY;
    const { terms, current, ledger } = this;
    let deadline = this.#closingAt;
    if (this.suspendedSince !== undefined) deadline = Math.min(deadline, this.suspendedSince + terms.resumeWindowMs);
    for (const road of this.#roads.values()) {
      deadline = Math.min(deadline, road.silenceDeadline(terms));
      if (!road.proven) deadline = Math.min(deadline, road.since + terms.pingTimeoutMs);
      if (road.ready) deadline = Math.min(deadline, road.pingedAt + this.#pingIntervalMs);
    }
    if (current) {
      // What is owed waits for the next poll.
      if (current.ready) deadline = Math.min(deadline, ledger.confirmDeadline(terms));
      deadline = Math.min(deadline, ledger.progressDeadline(terms, current.since));
      // A poll tells the count by itself, as soon as the last one was answered.
      if (!current.isExchange) deadline = Math.min(deadline, ledger.askDeadline(terms, current.since));
    }
    return deadline;
  }

  drain(sink: SessionSink, now: number): void {
    for (const message of this.ledger.delivered()) {
      // A handler may close the session: what comes behind is not for it any more. It is where a server goes.
      if (this.ending?.by !== "local" || this.ending.reason === "server_closing") sink.deliver(message);
    }
    for (const road of this.#roads.values()) while (this.#write(road, sink, now));
    if (this.state === "closing" && !this.voice) this.#end(this.ending as Ending);
    const drops = this.#drops;
    this.#drops = noDrops;
    for (const [road, reason] of drops) sink.drop(road, reason);
    if (this.#changed) {
      this.#changed = false;
      sink.changed(this);
    }
    if (this.state === "ended" && !this.#told) {
      this.#told = true;
      sink.ended(this.ending as Ending);
    }
  }

  #process(
    road: Road | undefined,
    packets: readonly Packet[],
    base: number | undefined,
    now: number,
    isBody = false,
  ): number | undefined {
    let next = base;
    for (const packet of packets) {
      switch (packet.type) {
        case "open":
          next = this.#opened(road, readClientOpen(packet), now) ?? next;
          break;
        case "message": {
          if (next === undefined) throw broken("a message came before its base");
          const outcome = this.ledger.take(next, packet.data, now, packet.bytes);
          // Bodies overtake each other; the sender will start again from what the answer says.
          if (outcome === "gap" && isBody) return next;
          if (outcome === "gap") throw broken("messages are missing");
          next++;
          break;
        }
        case "ping":
        case "pong":
        case "noop":
          this.#heardCount(road, readCount(packet.data), now);
          if (packet.type === "ping") road?.say("pong");
          if (packet.type === "pong") road?.ponged(now);
          break;
        case "close":
          this.#end(readClose(packet.data));
          return next;
        case "redirect":
          throw broken("a client sent a redirect");
      }
    }
    return next;
  }

  /** @returns the base that the open announces, if it does. */
  #opened(road: Road | undefined, open: ClientOpen, now: number): number | undefined {
    this.#heed(open, now);
    if (road && open.first !== undefined) {
      if (open.epoch === road.epoch) this.#move(road, now);
      else if (!road.proven) road.speaking = true;
    }
    return open.first;
  }

  /** What every `open` says, wherever it stands. */
  #heed({ received, pingIntervalMs }: ClientOpen, now: number): void {
    this.#confirm(received, now);
    this.#pingEarlier(pingIntervalMs);
  }

  /**
   * Somebody cut a poll that waited. Browsers repeat some such requests by themselves, so that only this side can learn
   * from it.
   */
  #brokenOff(quietMs: number, now: number): void {
    this.#limits ??= new PathLimits();
    this.#limits.cut(quietMs, now);
    this.#pingEarlier(this.#limits.pingIntervalMs(now));
  }

  #pingEarlier(wishMs = this.#pingIntervalMs): void {
    this.#pingIntervalMs = Math.min(this.#pingIntervalMs, Math.max(leastPingIntervalMs, wishMs));
  }

  #move(road: Road, now: number): void {
    road.proven = true;
    if (road !== this.current) {
      if (this.current && road.epoch < this.current.epoch) return;
      this.current = road;
      road.since = now;
      road.speaking = true;
      this.ledger.restart(now);
      this.#changed = true;
      this.ledger.oweAgain(now, road.answered);
      // The client waits for its first poll to come back before it trusts the road.
      if (road.isExchange) road.say("noop");
      for (const other of this.#roads.values()) if (other.epoch < road.epoch) this.#drop(other, "superseded", now);
    }
    this.#hush();
  }

  #heardCount(road: Road | undefined, received: number, now: number): void {
    this.#confirm(received, now);
    if (road && road === this.current) this.#hush();
  }

  /** The client is heard on the current road: no other needs to be spoken on. */
  #hush(): void {
    if (this.#roads.size === 1) return;
    for (const road of this.#roads.values()) if (road !== this.current) road.speaking = false;
  }

  #confirm(received: number, now: number): void {
    if (!this.ledger.confirm(received, now)) throw broken("it confirms messages that were not sent");
  }

  /** @returns whether more can be written at once. */
  #write(road: Road, sink: SessionSink, now: number): boolean {
    const { ledger } = this;
    if (!road.ready || this.state === "ended") return false;
    const closes = this.state === "closing" && road.speaking;
    const redirect = road.speaking ? road.redirect : undefined;
    if (!closes && !redirect && !road.wants(ledger)) return false;
    const packets: Packet[] = [];
    // The last word tells the last count: what the peer hands back to its application is then what did not arrive.
    if (closes) road.say("noop");
    if (road.needsBase(ledger)) packets.push(this.#open(road));
    const counts = packets.length > 0 || road.counts;
    if (redirect) packets.push(redirectPacket(redirect));
    if (road.speaking) road.redirect = undefined;
    road.fill(packets, ledger, bodyBytes, portionBytes);
    if (road === this.current && counts) ledger.told();
    if (closes && !road.lags(ledger)) {
      const { reason, message } = this.ending as Ending;
      packets.push(closePacket(reason, message));
    }
    if (road.isExchange) road.ready = false;
    road.sentAt = now;
    sink.write(road, packets, 0);
    if (closes && !road.lags(ledger)) this.#end(this.ending as Ending);
    if (road.isExchange) return false;
    // What waits here waits in the outbox alone, and not in the platform's buffer as well.
    if (road.connection.isFull) road.ready = false;
    return road.lags(ledger);
  }

  #open(road: Road): Packet {
    const counts = { received: this.ledger.received, epoch: road.epoch };
    const first = road.speaking ? road.base(this.ledger) : undefined;
    if (!road.announcing) return first === undefined ? openPacket(counts) : countsPacket(counts, "first", first);
    road.answered = counts.received;
    return answerPacket({ id: this.id, token: this.token, terms: this.terms, ...counts, first });
  }

  #advanceRoad(road: Road, now: number): void {
    const { terms } = this;
    if (now >= road.silenceDeadline(terms) && !road.heardBytes(now)) return this.#drop(road, "silent", now);
    if (!road.proven && now >= road.since + terms.pingTimeoutMs) return this.#drop(road, "unproven", now);
    if (now >= road.pingedAt + this.#pingIntervalMs && road.ready) probe(road, now);
  }

  #has(road: Road): boolean {
    return this.#roads.get(road.epoch) === road;
  }

  #drop(road: Road, reason: CloseReason, now: number): void {
    if (!this.#has(road)) return;
    this.#drops = [...this.#drops, [road, reason]];
    this.#remove(road, now);
  }

  #remove(road: Road, now: number): void {
    this.#roads.delete(road.epoch);
    if (this.#roads.size === 0) this.suspendedSince = now;
    if (road !== this.current) return;
    this.current = undefined;
    this.#changed = true;
    // Nobody knows which road is good now: speak on all.
    for (const other of this.#roads.values()) other.speaking = true;
  }

  #guarded(mutate: () => void): void {
    try {
      mutate();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof WirewayError)) throw error;
    if (this.state === "ended") return;
    const reason = error.code === "message_too_large" ? error.code : "protocol_error";
    this.ending = ending(reason, "local", error.message);
    this.state = "closing";
    this.#closingAt = Number.NEGATIVE_INFINITY;
  }

  #end(over: Ending): void {
    if (this.state === "ended") return;
    this.state = "ended";
    this.ending = over;
    this.#closingAt = Number.POSITIVE_INFINITY;
    for (const road of this.#roads.values()) this.#drops = [...this.#drops, [road, over.reason]];
    this.#roads.clear();
    if (this.current) this.#changed = true;
    this.current = undefined;
  }
}

function broken(why: string): WirewayError {
  return new WirewayError("malformed_open", { why });
}
