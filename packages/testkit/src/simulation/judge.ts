// What is judged beside the history of messages: why a session may end, what an end may leave behind, and how often or how
// long something may go wrong where only that one thing goes wrong.

import type { CloseReason, Ending, Message, Road } from "@wireway/protocol";
import type { Absence, Faults } from "./faults.ts";
import { type History, nameOf, Violation } from "./history.ts";
import type { Network } from "./network.ts";
import type { Page } from "./page.ts";
import type { Profile } from "./profiles.ts";
import { simulationTerms } from "./server-end.ts";

/** After so many cuts of one kind the path is known, and what is quiet is no longer cut. */
const maxQuietCuts = 3;

/** Halves from the largest body to the smallest, and some for races and for what fits nowhere. */
const maxRefusals = 12;

/** How long a dead connection may serve after the platform said that something may have changed, beside round trips. */
const wakeLimitMs = 5_000;

/** Round trips for: a check, a dial, its handshake, a move, a pong. */
const wakeRoundTrips = 8;

/** What a client may take to leave beyond the time that it was given: it hears of it, is confirmed, says goodbye. */
export const leaveLimitMs = 6_000;

/** Who sleeps for so long finds the timer for silence late. */
const tellingSleepMs = simulationTerms.pingIntervalMs + simulationTerms.pingTimeoutMs + 1_500;

/** What a client needs to be answered again when it comes back. */
const comeBackMs = 5_000;

export class Judge {
  readonly #profile: Profile;
  readonly #faults: Faults;
  readonly #history: History;
  /** Names of the messages that the path cannot carry. */
  readonly #huge = new Set<string>();
  /** Sessions whose page is gone, or whose application closed them. */
  readonly #left = new Set<string>();

  constructor(profile: Profile, faults: Faults, history: History) {
    this.#profile = profile;
    this.#faults = faults;
    this.#history = history;
  }

  saidHuge(text: string): void {
    this.#huge.add(nameOf(text));
  }

  leaves(name: string): void {
    this.#left.add(name);
  }

  /** A session may end only for a reason that the faults explain. @param isServing whether it is the client's present one */
  ended(
    name: string | undefined,
    isServing: boolean,
    { reason, message }: Ending,
    unconfirmed: readonly Message[],
  ): void {
    const { restartsMs, sleepMs, closesMs, redirects, absences } = this.#faults;
    const isLeft = name === undefined || this.#left.has(name) || !isServing;
    const wasAway =
      this.#profile === "general"
        ? absences.length > 0
        : longestMs(absences) + comeBackMs > simulationTerms.resumeWindowMs;
    const explained: Partial<Record<CloseReason, boolean>> = {
      unknown_session: restartsMs.length > 0 || wasAway,
      closed: closesMs.length > 0 || (name !== undefined && this.#left.has(name)),
      server_closing: redirects.length > 0,
      // Left: also a late dial from zero whose session the client never heard of.
      // Who sleeps as long as everybody else loses nothing by it.
      expired: restartsMs.length > 0 || (sleepMs.length > 0 && this.#profile !== "single") || isLeft || wasAway,
      message_too_large: unconfirmed.some(({ data }) => this.#huge.has(nameOf(data))),
    };
    if (!explained[reason]) throw new Violation(`session ${name} ended: ${reason} (${message})`);
  }

  /** What is not handed back has been delivered. */
  handedBack(name: string, direction: "up" | "down", acked: number, sent: number, unconfirmed: number): void {
    if (sent - acked !== unconfirmed) throw new Violation(`${unconfirmed} of ${sent - acked} were handed back`);
    if (acked > this.#history.deliveredOf(name, direction) && !this.#left.has(name))
      throw new Violation(`${name}/${direction}/${acked} was confirmed at the end, and never delivered`);
  }

  /** Where nothing but sleep happens that every timer tells of, the connections that slept too live on. */
  lost(road: Road, reason: CloseReason): void {
    const { sleepMs, cutsMs } = this.#faults;
    if (this.#profile !== "single" || cutsMs.length > 0 || !sleepMs.some(({ forMs }) => forMs > tellingSleepMs)) return;
    if (reason === "silent" || reason === "stalled")
      throw new Violation(`${road.connection.transport} was given up after sleep: ${reason}`);
  }

  watch(network: Network): void {
    if (this.#profile === "narrow" && network.refusals > maxRefusals)
      throw new Violation(`${network.refusals} bodies were refused for being large`);
    if (this.#profile !== "quiet") return;
    for (const [kind, cuts] of Object.entries(network.quietCuts))
      if (cuts > maxQuietCuts) throw new Violation(`${kind} was cut ${cuts} times for being quiet`);
  }

  /** How long after a wake-up a connection that carries has to serve. */
  get wakeMs(): number {
    const { latencyMs, jitterMs } = this.#faults.habits.websocket;
    return wakeLimitMs + wakeRoundTrips * 2 * (latencyMs + jitterMs);
  }

  woken(page: Page, network: Network): void {
    const { settledOn } = page.session;
    if (this.#profile !== "moving" || (settledOn && network.carries(settledOn.connection))) return;
    throw new Violation(`${settledOn?.connection.transport} is dead ${this.wakeMs} ms after the wake-up`);
  }

  /** The time is up in which a client had to leave. What the server has left of it may be suspended: see Known limits. */
  redirected(name: string, present: string): void {
    if (this.#profile === "draining" && name === present)
      throw new Violation(`${name} was asked to leave, and is still there`);
  }

  /** The last words of a page that is gone have reached a session that lived. */
  saidFarewell(name: string, last: number, serves: boolean): void {
    if (serves) throw new Violation(`${name} lingers after its farewell`);
    if (this.#history.deliveredOf(name, "up") < last)
      throw new Violation(`${name}/up/${last} was said in a farewell, and never delivered`);
  }
}

/** Longest time without a way to come back: between two absences there may be too little of it. */
function longestMs(absences: readonly Absence[]): number {
  let longest = 0;
  let fromMs = 0;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, forMs } of absences) {
    if (atMs > toMs + comeBackMs) fromMs = atMs;
    toMs = atMs + forMs;
    longest = Math.max(longest, toMs - fromMs);
  }
  return longest;
}
