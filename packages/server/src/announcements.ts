// What was said to everybody in a namespace, until the running code has returned: then each session is handed all of it and
// writes it at once, so that a session is looked at once however much was said, and not at each emit as well. Whoever asks
// for, or adds to, what a session sends hands it over earlier (`catchUp`): nobody sees that it came late, and the order is
// the one of the calls.
// Not here: what is said to some (local-reach), sessions that are behind (outflow): the few that may be are handed theirs
// when it is said, so that an emit can tell.

import { announce, type Driver, type Message, messageOverheadBytes, type ServerSession } from "@wireway/protocol";
import { throwLater, type WheelClock } from "./clock.ts";
import type { Members } from "./members.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Outcome } from "./outflow.ts";

/** A session, as the one who hears. */
export interface Hearer {
  /** Number of the newest announcement that it was handed. */
  heard: number;
  readonly driver: Driver<ServerSession>;
  /** Whether a socket of it is among them. */
  isAmong(members: Members): boolean;
  /** What waits to be confirmed, or to leave at all. */
  readonly bufferedBytes: number;
  send(message: Message): Outcome;
}

interface Announcement {
  readonly members: Members;
  readonly message: Message;
}

const none: Announcement[] = [];

export class Announcements {
  readonly #clock: Pick<WheelClock, "deferFirst" | "now">;
  /**
   * Whoever has no more than this waiting is not behind with as much again: announcements may be so large together before
   * they are handed over.
   */
  readonly #lightBytes: number;
  readonly #laden = new Set<Hearer>();
  #waiting = none;
  #waitingBytes = 0;
  /** Of the newest. */
  #number = 0;

  constructor(
    clock: Pick<WheelClock, "deferFirst" | "now">,
    { highWaterBytes, maxUnconfirmedBytes }: Pick<ResolvedOptions, "highWaterBytes" | "maxUnconfirmedBytes">,
  ) {
    this.#clock = clock;
    this.#lightBytes = Math.floor(Math.min(highWaterBytes, maxUnconfirmedBytes) / 2);
  }

  /** Whether a message is small enough. */
  fits(message: Message): boolean {
    return sizeOf(message) <= this.#lightBytes;
  }

  /** @param message that fits. @returns false when one of them is behind. */
  announce(members: Members, message: Message): boolean {
    if (this.#waitingBytes + sizeOf(message) > this.#lightBytes) this.settle();
    if (this.#waiting.length === 0) {
      this.#waiting = [];
      this.#clock.deferFirst(this.#handOut);
    }
    this.#waiting.push({ members, message });
    this.#waitingBytes += sizeOf(message);
    this.#number++;
    return this.#laden.size === 0 || this.#tellLaden();
  }

  /** Everybody is handed what waits, and writes it when the running code has returned. */
  settle(): void {
    for (const members of this.#meant) for (const { host } of members.sockets.values()) this.catchUp(host);
    this.#clear();
  }

  /** Before anything else is done with what a session sends. @returns false when it is behind, or over. */
  catchUp(hearer: Hearer): boolean {
    if (this.#waiting.length === 0 || hearer.heard === this.#number) return true;
    let isWell = true;
    for (const message of this.#unheard(hearer)) {
      if (hearer.send(message) !== "sent") isWell = false;
    }
    return isWell;
  }

  /** It sent something. */
  sent(hearer: Hearer): void {
    if (hearer.bufferedBytes > this.#lightBytes) this.#laden.add(hearer);
  }

  /** It comes among those who hear: what was said before is not for it. */
  enters(hearer: Hearer): void {
    this.catchUp(hearer);
    hearer.heard = this.#number;
  }

  /** It is over. @returns what it will not be handed. */
  over(hearer: Hearer): Message[] {
    this.#laden.delete(hearer);
    return this.#unheard(hearer);
  }

  /** What waits for it, which it counts as heard from now on. */
  #unheard(hearer: Hearer): Message[] {
    const from = Math.max(0, this.#waiting.length - this.#missedBy(hearer));
    hearer.heard = this.#number;
    const unheard = this.#waiting.slice(from).filter(({ members }) => hearer.isAmong(members));
    return unheard.map(({ message }) => message);
  }

  #tellLaden(): boolean {
    let isBelow = true;
    for (const hearer of this.#laden) {
      if (!this.catchUp(hearer)) isBelow = false;
      if (hearer.bufferedBytes <= this.#lightBytes) this.#laden.delete(hearer);
    }
    return isBelow;
  }

  readonly #handOut = (): void => {
    const [only, ...others] = this.#meant;
    if (only && others.length === 0) this.#handRun(only);
    else this.settle();
    this.#clear();
  };

  /** All of it is for the same. */
  #handRun(members: Members): void {
    // The same for all, so that what is made of it is made once.
    const run = this.#waiting.map(({ message }) => message);
    const bytes = run.reduce((sum, message) => sum + message.bytes, 0);
    const now = this.#clock.now();
    for (const { host } of members.sockets.values()) {
      try {
        if (this.#missedBy(host) < run.length) this.catchUp(host);
        else this.#hand(host, run, bytes, now);
      } catch (error) {
        throwLater(error);
      }
    }
  }

  #hand(hearer: Hearer, run: readonly Message[], bytes: number, now: number): void {
    hearer.heard = this.#number;
    const { driver } = hearer;
    const { session } = driver;
    if (!driver.isIdle || !announce(session, run, bytes, now, driver)) {
      for (const message of run) hearer.send(message);
      return;
    }
    const { outbox } = session.ledger;
    // Where more waited, there is a deadline for that.
    if (outbox.length === run.length) driver.rest();
    if (outbox.bytes > this.#lightBytes) this.#laden.add(hearer);
  }

  /** How many it was not handed; of those that were handed over long ago too. */
  #missedBy({ heard }: Hearer): number {
    return this.#number - heard;
  }

  get #meant(): Set<Members> {
    return new Set(this.#waiting.map(({ members }) => members));
  }

  #clear(): void {
    this.#waiting = none;
    this.#waitingBytes = 0;
  }
}

function sizeOf({ bytes }: Message): number {
  return bytes + messageOverheadBytes;
}
