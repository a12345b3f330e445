// Both directions of a session in numbers: what was sent and not confirmed (the outbox), what was received, and what is
// owed: messages that were received and that the peer does not know of yet. Both ends keep one; it knows no connections.

import { Outbox } from "./outbox.ts";
import { type Message, type MessageData, sizeOf } from "./packet.ts";
import type { Terms } from "./terms.ts";

/** A receiver confirms at the latest after this many messages, or bytes, or after `confirmDelayMs`. */
export const confirmEvery = { messages: 256, bytes: 65_536 } as const;

/** What is said within this time may leave together. */
const togetherMs = 100;

/**
 * The slowest road that counts as alive while it is busy. Measured by confirmations, so that no platform has to tell how
 * much of a large message has left.
 */
export const slowestBytesPerSecond = 4_096;

/** Nobody adds to it. */
const nothing: MessageData[] = [];

export class Ledger {
  readonly outbox: Outbox;
  received = 0;
  #inbox: MessageData[] = nothing;
  #owedSince = Number.POSITIVE_INFINITY;
  #owedMessages = 0;
  #owedBytes = 0;
  /** When the outbox last got shorter, or stopped being empty. */
  #progressAt = 0;
  /** What may have been under way when it last got shorter: its confirmation may wait for all of that. */
  #underWayBytes = 0;
  /** What was confirmed when the peer was last asked. */
  #askedAt: number | undefined;

  constructor(maxUnconfirmedBytes: number) {
    this.outbox = new Outbox(maxUnconfirmedBytes);
  }

  push(message: Message, now: number): void {
    if (this.outbox.length === 0) this.#progressAt = now;
    this.outbox.push(message);
    // What is said later goes in other frames and bodies, and is no reason why the oldest is not confirmed.
    if (now - this.#progressAt <= togetherMs) this.#underWayBytes = this.outbox.bytes;
  }

  /** The peer has counted up to `received`. @returns false when it cannot have. */
  confirm(received: number, now: number): boolean {
    const isProgress = received > this.outbox.acked;
    const isPossible = this.outbox.confirm(received);
    if (isProgress) {
      this.restart(now);
      this.#askedAt = undefined;
    }
    return isPossible;
  }

  /** Message `number` arrived. Who carried it does not matter: message n of a session never changes. */
  take(number: number, data: MessageData, now: number, bytes: number = sizeOf(data)): "taken" | "double" | "gap" {
    if (number <= this.received) return "double";
    if (number > this.received + 1) return "gap";
    this.received = number;
    if (this.#inbox === nothing) this.#inbox = [data];
    else this.#inbox.push(data);
    this.#owedMessages++;
    this.#owedBytes += bytes;
    if (this.#owedSince > now) this.#owedSince = now;
    return "taken";
  }

  /** What arrived since the last call, in order. */
  delivered(): MessageData[] {
    const inbox = this.#inbox;
    this.#inbox = nothing;
    return inbox;
  }

  /**
   * The current connection changed: whatever was told over another one may have been lost with it.
   * @param heard the count that the peer has heard on the new one: who moves there has heard its answer.
   */
  oweAgain(now: number, heard = 0): void {
    if (heard === this.received) this.told();
    else if (this.#owedSince > now) this.#owedSince = now;
  }

  /** The count went out over the current connection. */
  told(): void {
    this.#owedSince = Number.POSITIVE_INFINITY;
    this.#owedMessages = 0;
    this.#owedBytes = 0;
  }

  /** Progress counts from now on: some was made, or what was unconfirmed leaves anew, or nobody could see any. */
  restart(now: number): void {
    this.#progressAt = now;
    this.#underWayBytes = this.outbox.bytes;
  }

  /** When a confirmation is due; `Infinity` when nothing is owed. */
  confirmDeadline(terms: Terms): number {
    if (this.#owedMessages >= confirmEvery.messages || this.#owedBytes >= confirmEvery.bytes) return this.#owedSince;
    return this.#owedSince + terms.confirmDelayMs;
  }

  /**
   * When a peer that confirmed nothing is asked what it has; once until it confirms something. Its timers may be throttled
   * (a page in the background), but a ping is answered when it comes.
   */
  askDeadline({ confirmDelayMs }: Terms, movedAt: number): number {
    if (this.outbox.length === 0 || this.#askedAt === this.outbox.acked) return Number.POSITIVE_INFINITY;
    return Math.max(this.#progressAt, movedAt) + 2 * confirmDelayMs;
  }

  /** Whether it was, and has confirmed nothing since. */
  get isAsked(): boolean {
    return this.#askedAt !== undefined;
  }

  asked(): void {
    this.#askedAt = this.outbox.acked;
  }

  /** When the current connection has failed if the outbox has not got shorter by then. */
  progressDeadline(terms: Terms, movedAt: number): number {
    const oldest = this.outbox.get(this.outbox.acked + 1);
    if (oldest === undefined) return Number.POSITIVE_INFINITY;
    const bytes = Math.min(this.#underWayBytes, oldest.bytes + confirmEvery.bytes);
    return Math.max(this.#progressAt, movedAt) + terms.confirmDelayMs + terms.pingTimeoutMs + transferMs(bytes);
  }
}

/** Time that the slowest road takes for so many bytes. */
export function transferMs(bytes: number): number {
  return Math.ceil((bytes * 1_000) / slowestBytesPerSecond);
}
