// How a client's road shows that it carries more than its answer, and how either end's does that it still lives. On a stream
// the answer to a dial is a round trip, which will do while nothing is at stake; then another one has to come back in time.
// Not here: what follows when it does not (client-session, server-session).

import { type Ledger, transferMs } from "./ledger.ts";
import type { Road } from "./road.ts";
import type { Terms } from "./terms.ts";

/** How long that may take, or two of the round trips that the answer took, if that is longer. */
const trialMs = 250;

/** The same after a wake-up, beside two round trips: radios wake slowly. */
const checkMs = 2_000;

/** Trusts the road by its answer, if that confirmed everything. @returns the road. */
export function trust(road: Road, { outbox }: Ledger): Road {
  road.proven = !road.isExchange && outbox.length === 0;
  if (road.proven) road.trial = "due";
  return road;
}

/** When the trial begins although nothing was said, as who listens has something at stake too; or when it ends. */
export function trialDeadline({ trial, since }: Road, { confirmDelayMs }: Terms): number {
  if (typeof trial === "number") return trial;
  return trial === "due" ? since + 2 * confirmDelayMs : Number.POSITIVE_INFINITY;
}

/** Begins the trial, or ends it. @returns whether the road has failed. */
export function goOn(road: Road, now: number): boolean {
  if (road.trial === "due") {
    road.ping(now);
    road.trial = now + Math.max(trialMs, 2 * (road.roundTripMs ?? 0));
    return false;
  }
  road.trial = "over";
  road.proven = false;
  return true;
}

/** How long a road may take to show that it lives after a wake-up: a body that is under way goes before that. */
export function checkLimitMs({ roundTripMs = 0, ready, carriedBytes }: Road, { pingTimeoutMs }: Terms): number {
  return Math.min(pingTimeoutMs, checkMs + 2 * roundTripMs) + (ready ? 0 : transferMs(carriedBytes));
}

/**
 * A server asks for a sign of life: who only listens is heard at no other time. A poll is not held for ever; the next one is
 * what a pong is elsewhere. @returns the road.
 */
export function probe(road: Road, now: number): Road {
  if (road.isExchange) road.say("noop");
  else road.ping(now);
  return road;
}
