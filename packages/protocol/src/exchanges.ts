// What a client's session does beside its own rules where it speaks in requests: a body that failed is said again, one that
// is too large gets smaller, polls ask for what the server says. The HTTP transports bring it, so that a client of WebSocket
// alone does without.
// Not here: bytes, HTTP; the fields of a road that it keeps its state in are the road's.

import type { ClientSession } from "./client-session.ts";
import { ending } from "./close-codes.ts";
import { transferMs } from "./ledger.ts";
import { openPacket } from "./open.ts";
import type { Packet } from "./packet.ts";
import type { Road } from "./road.ts";
import type { SessionSink } from "./session.ts";
import type { Request } from "./transport.ts";

/** An exchange that failed is repeated so often; then its connection counts as dead. */
const maxFailures = 3;

/** The same for one that was answered with a 5xx status. */
const maxRefusals = 6;

/** It is repeated at once, then after so long, then after twice as long each time. */
const retryDelayMs = 25;

/** Status of a body that was too large for somebody (RFC 9110 section 15.5.14). */
const tooLarge = 413;

/** What a session asks of the rules of exchanges. */
export interface Exchanges {
  /** An exchange is over: with an answer, or with an HTTP status in its place, or with neither. */
  settled(
    session: ClientSession,
    road: Road,
    request: Request,
    answer: readonly Packet[] | undefined,
    now: number,
    code?: number,
  ): void;
  /** A body with these packets leaves. @returns how long its answer may take. */
  timeoutMs(session: ClientSession, road: Road, packets: readonly Packet[]): number;
  /** Asks for what the server says, where it is time for that. */
  poll(session: ClientSession, road: Road, sink: SessionSink, now: number): void;
  advance(session: ClientSession, road: Road, now: number): void;
  deadline(session: ClientSession, road: Road): number;
}

export const exchanges: Exchanges = {
  settled: (session, road, request, answer, now, code) => {
    const { ledger } = session;
    const { acked } = ledger.outbox;
    const wasAnswered = road.epoch > 0;
    const carried = request === "send" && (road.sentTo ?? 0) > acked;
    if (request === "send") {
      road.ready = true;
      // Every body stands for itself: the next one starts at the first unconfirmed message.
      road.sentTo = undefined;
    } else road.pollReady = true;
    if (answer) {
      // A poll says nothing of a body that went another way, and behind which a wake-up's ping still waits.
      if (road.connection.polls && road !== session.current) road.shown(now);
      else if (road.connection.polls) road.heard(now, request === "poll" && !road.counts);
      session.take(road, answer, now);
      // A poll may have been held; a body was answered at once.
      if (request === "send") road.roundTripMs = now - road.sentAt;
      if (road.connection.polls && wasAnswered) session.proved(road, now);
    } else {
      if (request === "poll") session.quiet(road, now - road.pingedAt, now);
      // What the body said besides its messages has to be said again.
      if (road.pinging) road.ping(now);
      if (road === session.current) ledger.oweAgain(now);
    }
    if (code === tooLarge && road.carriedMessages > 0) return refused(session, road, now);
    // An answer that confirms nothing of what its body carried is worth no more than none.
    const failed = answer === undefined || (carried && road.epoch > 0 && ledger.outbox.acked === acked);
    const failures = failed ? road.failures[request] + 1 : 0;
    road.failures = { ...road.failures, [request]: failures };
    // A status shows that the path lives, and that somebody on it has a bad moment.
    const isRefused = code !== undefined && code >= 500;
    if (failures > (isRefused ? maxRefusals : maxFailures)) session.drop(road, "lost", now);
    else if (failures > 1) road.retryAt = now + retryDelayMs * 2 ** (failures - 2);
  },

  timeoutMs: ({ terms }, road, packets) => {
    road.ready = false;
    const bytes = packets.reduce((sum, { data }) => sum + data.length, 0);
    return terms.pingTimeoutMs + transferMs(bytes);
  },

  poll: (session, road, sink, now) => {
    if (!road.pollReady || road.retryAt !== undefined || road !== session.current) return;
    const { ledger, terms } = session;
    road.pollReady = false;
    road.pingedAt = now;
    ledger.told();
    const open = { ...session.name(road, now), epoch: road.epoch, first: ledger.outbox.acked + 1 };
    const { pingIntervalMs, pingTimeoutMs, maxMessageBytes } = terms;
    // A poll that brings nothing is noticed as silence; the time limit is for one that brings something for ever.
    sink.poll(road, [openPacket(open)], pingIntervalMs + pingTimeoutMs + transferMs(maxMessageBytes));
  },

  advance: (session, road, now) => {
    if (road.retryAt !== undefined && now >= road.retryAt) road.retryAt = undefined;
    if (now >= stallDeadline(session, road) && !road.heardBytes(now)) session.drop(road, "stalled", now);
  },

  deadline: (session, road) => Math.min(stallDeadline(session, road), road.retryAt ?? Number.POSITIVE_INFINITY),
};

/** When a stream has failed that was said to have brought more than it did. */
function stallDeadline({ current, ledger, terms }: ClientSession, road: Road): number {
  return road === current ? road.expectedSince(ledger) + terms.pingTimeoutMs : Number.POSITIVE_INFINITY;
}

/** An intermediary found a body too large. */
function refused(session: ClientSession, road: Road, now: number): void {
  if (road.carriedMessages > 1) return session.limits.refused(road.carriedBytes, now);
  // Smaller than one message no body gets. The application has to know; another road would take it, or none does.
  const why = `the path refuses a body with a message of ${road.carriedBytes} bytes`;
  if (road === session.current) session.end(ending("message_too_large", "local", why));
}
