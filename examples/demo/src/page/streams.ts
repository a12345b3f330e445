// The page's ends of the two numbered streams: sends ten messages a second, checks those that come, and keeps the sums
// over all sessions. A session's streams end with it: what was not confirmed counts as handed back, and both begin at
// zero again.

import type { UnconfirmedEvent } from "@wireway/client";
import type { Report } from "../shared/events.ts";
import { Tally } from "../shared/tally.ts";

export interface Numbers extends Report {
  readonly sent: number;
  /** Sent, but not yet known to have arrived. */
  readonly waiting: number;
  readonly handedBack: number;
}

/** Above so many waiting messages nothing more is said: the way has been gone for minutes. */
const maxWaiting = 1_500;

const nothing: Report = { received: 0, lost: 0, doubled: 0, outOfOrder: 0 };

function sum(one: Report, other: Report): Report {
  return {
    received: one.received + other.received,
    lost: one.lost + other.lost,
    doubled: one.doubled + other.doubled,
    outOfOrder: one.outOfOrder + other.outOfOrder,
  };
}

export class Streams {
  // The present session's
  #sent = 0;
  #report = nothing;
  #tally = new Tally();
  #waitingDown = 0;
  // Those of the sessions before
  #pastSent = 0;
  #pastUp = nothing;
  #pastDown = nothing;
  #handedBack = 0;

  get isFull(): boolean {
    return this.#sent - this.#report.received >= maxWaiting;
  }

  /** Says the next number with what rides on it. `send` may throw; then nothing was sent. */
  beat(send: (n: number, confirmed: number) => void): void {
    send(this.#sent, this.#tally.received);
    this.#sent += 1;
  }

  heard(n: number, waiting: number, report: Report): void {
    this.#tally.take(n);
    this.#waitingDown = waiting;
    this.#report = report;
  }

  /** The session ended with these events unconfirmed. */
  ended(unconfirmed: readonly UnconfirmedEvent[]): void {
    const numbers = unconfirmed.filter(({ event }) => event === "up").map(({ args }) => args[0] as number);
    // What comes back has to be the end of what was sent, whole: anything else would be a loss.
    const first = Math.min(...numbers, this.#sent);
    const torn = this.#sent - first - new Set(numbers).size;
    const { lost, doubled, outOfOrder } = this.#report;
    this.#pastUp = sum(this.#pastUp, { received: first, lost: lost + torn, doubled, outOfOrder });
    this.#pastDown = sum(this.#pastDown, this.#tally.report());
    this.#pastSent += this.#sent;
    this.#handedBack += numbers.length;
    this.#sent = 0;
    this.#report = nothing;
    this.#tally = new Tally();
    this.#waitingDown = 0;
  }

  get up(): Numbers {
    const sent = this.#pastSent + this.#sent;
    const waiting = Math.max(0, this.#sent - this.#report.received);
    return { ...sum(this.#pastUp, this.#report), sent, waiting, handedBack: this.#handedBack };
  }

  get down(): Numbers {
    const report = sum(this.#pastDown, this.#tally.report());
    return { ...report, sent: report.received + this.#waitingDown, waiting: this.#waitingDown, handedBack: 0 };
  }
}
