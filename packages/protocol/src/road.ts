// A session's view of one connection: what was said there, what may be said next, and when it was last heard. A session
// may have several roads at a time and speaks mainly on one. The fields are the state; the two sessions are the rules.

import type { Ledger } from "./ledger.ts";
import type { Redirect } from "./open.ts";
import { messageOverheadBytes, type Packet } from "./packet.ts";
import type { Terms } from "./terms.ts";
import type { Connection, Request } from "./transport.ts";

/** A body is closed when it has this many messages; the rest follows in the next one. */
const bodyMessages = 4_096;

/** What may be written behind an `open` that nobody answered yet: a flight that is lost costs no more than this. */
const flightBytes = 16_384;

/** Packets that carry the count of what was received; filled in when they are written, so that it is never stale. */
export type CountType = "ping" | "pong" | "noop";

// Shared, as most roads never have any.
const noFailures: Readonly<Record<Request, number>> = { send: 0, poll: 0 };
const none: readonly CountType[] = [];

export class Road {
  readonly connection: Connection;
  /** Which acceptance of the session this connection is; 0 until the answer. */
  epoch = 0;
  /** Number of the next message that comes in on a stream; unset until the peer's `open` names its first. */
  next: number | undefined;
  /** Number of the last message written; unset while nothing was. */
  sentTo: number | undefined;
  /** Whether messages are written here. */
  speaking = false;
  /** Whether messages may go behind an `open` that nobody answered yet. */
  mayFly = true;
  /** An `open` has to go out with the next write. */
  announcing = false;
  /** Server: a move arrived. Client: a round trip came back, and no other is asked for. */
  proven = false;
  /**
   * Client. `due`: its answer is the only round trip so far, and nothing was at stake since. A number: until then another
   * one has to come back.
   */
  trial: "due" | number | "over" = "over";
  /** Whether an exchange may take the next body; a stream may unless it is full. */
  ready: boolean;
  /** Whether the next poll may start. */
  pollReady = false;
  /** Exchanges in a row that failed, by kind. */
  failures: Readonly<Record<Request, number>> = noFailures;
  /** An exchange that somebody refused is not repeated before this time; unset when there is none. */
  retryAt: number | undefined;
  /** When the connection became what it is: dialled, answered, moved to. */
  since: number;
  heardAt: number;
  pingedAt: number;
  /** When something was last written. */
  sentAt: number;
  /** Messages in the last write, and their bytes. */
  carriedMessages = 0;
  carriedBytes = 0;
  /** It ended after it had been quiet for a while: that may be why. */
  wasQuiet = false;
  pinging = false;
  /** Server: the count that the answer told. */
  answered = 0;
  /** Server: what the client still has to be told here, once the road is spoken on. */
  redirect: Redirect | undefined;
  /** Last measured round trip; undefined before the first. */
  roundTripMs: number | undefined;
  #control = none;
  /** Bytes written behind an `open` that was not answered yet. */
  #flown = 0;
  /** What the peer says it wrote here, and since when more is missing than came. */
  #expected = 0;
  #expectedSince = 0;
  #bytesReceived = 0;
  /** Until when something has to be heard after a wake-up. */
  #checkedBy: number | undefined;
  /** How long it may be silent until then. */
  #checkMs = 0;

  constructor(connection: Connection, now: number) {
    this.connection = connection;
    this.since = now;
    this.heardAt = now;
    this.pingedAt = now;
    this.sentAt = now;
    this.ready = connection.lane === "stream";
  }

  get isExchange(): boolean {
    return this.connection.lane === "exchange";
  }

  /** When the road counts as dead if nothing is heard. */
  silenceDeadline(terms: Terms): number {
    return this.#checkedBy ?? this.heardAt + terms.pingIntervalMs + terms.pingTimeoutMs;
  }

  /**
   * In a check there is as much time again: what comes after a wake-up may have come before it, and waited.
   * @param isDown false for a sign of life that is not one of the way down: the poll may wait in a network that is gone.
   */
  heard(now: number, isDown = true): void {
    this.heardAt = now;
    if (isDown && this.#checkedBy !== undefined) this.#checkedBy = now + this.#checkMs;
    // What came with this is no news at the next look.
    this.#bytesReceived = this.connection.bytesReceived ?? 0;
  }

  /** The same of what ends a check: it answers to something that was said since. */
  shown(now: number): void {
    this.#checkedBy = undefined;
    this.heard(now);
  }

  /** Whether it is asked to show that it lives: what ends it then is no fault of its own. */
  get isChecked(): boolean {
    return this.#checkedBy !== undefined;
  }

  /** Whatever was or was not heard so far: it has to show that it lives within `limitMs` from now. */
  check(now: number, limitMs: number): void {
    this.trial = "over";
    if (this.#checkedBy !== undefined) return;
    this.#checkMs = limitMs;
    this.#checkedBy = now + limitMs;
  }

  /** How long nothing has moved: either way on a stream; on an exchange each request is a way of its own. */
  quietMs(now: number): number {
    return now - (this.isExchange ? this.heardAt : Math.max(this.heardAt, this.sentAt));
  }

  /** Whether bytes came in since the last look, although perhaps no whole packet did. */
  heardBytes(now: number): boolean {
    const bytes = this.connection.bytesReceived ?? 0;
    if (bytes === this.#bytesReceived) return false;
    this.heard(now);
    return true;
  }

  /** Adds a count packet to the next write; the same twice would say nothing new. */
  say(type: CountType): void {
    if (!this.#control.includes(type)) this.#control = [...this.#control, type];
  }

  ping(now: number): void {
    this.say("ping");
    this.pingedAt = now;
    this.pinging = true;
  }

  ponged(now: number): void {
    if (this.pinging) this.roundTripMs = now - this.pingedAt;
    this.pinging = false;
    this.trial = "over";
    this.shown(now);
  }

  /** The peer has written up to message `sent` here: news, when a stream brought less. */
  expect(sent: number, now: number): void {
    if (sent <= this.#expected) return;
    this.#expected = sent;
    this.#expectedSince = now;
  }

  /** Since when messages are missing that the peer wrote here; `Infinity` when none are. */
  expectedSince(ledger: Ledger): number {
    if (this.#expected <= ledger.received) return Number.POSITIVE_INFINITY;
    return Math.max(this.#expectedSince, this.heardAt);
  }

  /** Whether something waits to be written. */
  wants(ledger: Ledger): boolean {
    return this.announcing || this.counts || this.lags(ledger);
  }

  /** Whether the next write tells what was received. */
  get counts(): boolean {
    return this.#control.length > 0;
  }

  /** Whether messages wait that were not written here. */
  lags(ledger: Ledger): boolean {
    return this.speaking && ledger.outbox.sent > this.#writtenTo(ledger);
  }

  /** Whether more than so many bytes wait to leave here, unwritten or in the platform's buffer. */
  waits(ledger: Ledger, limitBytes: number): boolean {
    const { outbox } = ledger;
    let bytes = this.connection.bufferedBytes ?? 0;
    for (let number = this.#writtenTo(ledger) + 1; number <= outbox.sent && bytes <= limitBytes; number++) {
      bytes += (outbox.get(number)?.bytes ?? 0) + messageOverheadBytes;
    }
    return bytes > limitBytes;
  }

  /** Whether the number of the next message has to be announced before it. */
  needsBase(ledger: Ledger): boolean {
    return this.isExchange || this.announcing || (this.lags(ledger) && this.sentTo !== this.#writtenTo(ledger));
  }

  /** Settles where writing goes on. @returns the number of the next message, for the `open` that announces it. */
  base(ledger: Ledger): number {
    // Each body of an exchange stands for itself: the last one may be lost.
    this.sentTo = this.isExchange ? ledger.outbox.acked : this.#writtenTo(ledger);
    return this.sentTo + 1;
  }

  /**
   * Adds the count packets, then what may be written of the messages: on an exchange `bodyBytes` of them, on a stream
   * `portionBytes`.
   */
  fill(packets: Packet[], ledger: Ledger, bodyBytes: number, portionBytes: number = Number.POSITIVE_INFINITY): void {
    this.announcing = false;
    this.carriedMessages = 0;
    this.carriedBytes = 0;
    for (const type of this.#control) packets.push({ type, data: String(ledger.received) });
    this.#control = none;
    if (!this.speaking) return;
    if (this.sentTo === undefined) return;
    const { outbox } = ledger;
    const flies = this.epoch === 0;
    if (flies && !this.mayFly) return;
    const most = this.isExchange ? bodyBytes : portionBytes;
    const limit = flies ? Math.min(flightBytes, most) : most;
    let bytes = flies ? this.#flown : 0;
    for (let number = this.sentTo + 1; number <= outbox.sent; number++) {
      const message = outbox.get(number);
      if (message === undefined) return;
      bytes += message.bytes;
      // One message always fits, or it would never leave; but not in a flight.
      if (bytes > limit && (this.carriedMessages > 0 || flies)) return;
      if (this.isExchange && this.carriedMessages === bodyMessages) return;
      if (flies) this.#flown = bytes;
      packets.push(message);
      this.carriedMessages++;
      this.carriedBytes += message.bytes;
      this.sentTo = number;
    }
  }

  /** What has been confirmed over another road need not be written here. */
  #writtenTo(ledger: Ledger): number {
    return Math.max(this.sentTo ?? 0, ledger.outbox.acked);
  }
}
