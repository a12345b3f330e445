// Whether what happened in a run is what its row promises: a list of complaints in words, empty when all is well.

import { isPerfect, type Judgement, judge } from "./judge.ts";
import type { Row, Traffic } from "./row.ts";
import type { Outcome } from "./traffic-run.ts";

/** Where the client runs: Node tells it nothing of its network. */
export type Platform = "node" | "page";

/** So many round trips a return may take beyond its bound. */
const returnRoundTrips = 2;

/** Timers are late on a busy machine, but not so late that a run says almost nothing. */
const leastPart = 0.5;

/** What the machine did meanwhile. */
interface Machine {
  /** What round trips took, where the row has a bound beyond them. */
  readonly roundTripsMs: readonly number[];
  /** The longest that the process of the test, and likely all others, stood still. */
  readonly stoodStillMs: number;
}

export function trafficComplaints(
  row: Row,
  outcomes: readonly Outcome[],
  platform: Platform,
  { roundTripsMs, stoodStillMs }: Machine,
): string[] {
  const complaints = outcomes.flatMap((outcome) => complaintsOf(row, outcome, platform, stoodStillMs));
  const { medianReturnMostMs } = row.expect;
  if (medianReturnMostMs !== undefined) {
    const times = outcomes.flatMap(returnTimes);
    const median = medianOf(times);
    const limitMs = medianReturnMostMs + returnRoundTrips * medianOf(roundTripsMs);
    const words = `of ${times.length} returns the median took ${Math.round(median)} ms, the limit is ${Math.round(limitMs)} ms`;
    if (!(median <= limitMs)) complaints.push(words);
  }
  return complaints;
}

function complaintsOf({ expect, traffic }: Row, outcome: Outcome, platform: Platform, stoodStillMs: number): string[] {
  const { server, client, openings, idleCuts } = outcome;
  const complaints: string[] = [];
  const complain = (isWrong: boolean, words: string): void => {
    if (isWrong) complaints.push(words);
  };
  for (const [what, judgement] of Object.entries(judgeBoth(outcome))) {
    complain(!isPerfect(judgement), `${what}: ${JSON.stringify(judgement)}`);
  }
  const least = traffic ? leastPart * expectedMessages(traffic) : 0;
  complain(client.sent < least, `the client sent only ${client.sent} messages`);
  // It speaks from the moment that there is somebody; until when that may be late is the row's to say.
  complain(server.sent === 0, "the server sent nothing");
  complain(client.disconnects.length > 0, `disconnect: ${client.disconnects.join(", ")}`);
  const { transport, openingsMost, idleCuts: cuts, connectError, noticedMostMs } = expect;
  if (transport) complain(client.transport !== transport, `${transport} should serve, not ${client.transport}`);
  if (openingsMost) complain(openings > openingsMost, `${openings} WebSockets were opened in the first 25 s`);
  if (cuts) {
    complain(
      idleCuts.length > cuts.most,
      `${idleCuts.length} connections were cut for being idle: ${idleCuts.join(", ")}`,
    );
    complain(idleCuts.length < cuts.least, "nothing was cut for being idle: the row shows nothing");
  }
  if (connectError) {
    const isTold = client.errors.length > 0 && client.errors.every((code) => code === connectError);
    complain(!isTold, `connect_error should be ${connectError}, not ${client.errors.join(", ") || "nothing"}`);
  }
  const silenceMostMs =
    platform === "node" ? (expect.untoldSilenceMostMs ?? expect.silenceMostMs) : expect.silenceMostMs;
  if (silenceMostMs !== undefined) {
    for (const [who, { silenceMs }] of Object.entries({ server, client })) {
      complain(silenceMs > silenceMostMs + stoodStillMs, `the ${who} heard nothing for ${Math.round(silenceMs)} ms`);
    }
  }
  if (expect.firstHeardMostMs !== undefined) {
    for (const [who, { firstHeardMs }] of Object.entries({ server, client })) {
      const heardMs = firstHeardMs ?? Number.POSITIVE_INFINITY;
      complain(
        heardMs > expect.firstHeardMostMs + stoodStillMs,
        `the ${who} heard nothing for the first ${Math.round(heardMs)} ms`,
      );
    }
  }
  if (noticedMostMs !== undefined) {
    const noticedMs = client.moves.find((move) => move.transport === null)?.atMs ?? Number.POSITIVE_INFINITY;
    complain(
      noticedMs > noticedMostMs + stoodStillMs,
      `that the first connection was dead was noticed after ${noticedMs} ms`,
    );
  }
  return complaints;
}

export function judgeBoth({ server, client }: Outcome): Readonly<Record<"up" | "down", Judgement>> {
  return { up: judge(client.sent, server.received), down: judge(server.sent, client.received) };
}

/** How long there was no connection, each time that one was lost. */
export function returnTimes({ client: { moves } }: Outcome): number[] {
  const times: number[] = [];
  let lostAtMs: number | undefined;
  for (const { atMs, transport } of moves) {
    if (transport === null) lostAtMs ??= atMs;
    else if (lostAtMs !== undefined) {
      times.push(atMs - lostAtMs);
      lostAtMs = undefined;
    }
  }
  return times;
}

/** NaN when there is none. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

function expectedMessages({ forMs, everyMs, until, rhythm }: Traffic): number {
  if (until !== undefined) return 100;
  const { talkMs, quietMs } = rhythm ?? { talkMs: 1, quietMs: 0 };
  return (forMs / everyMs) * (talkMs / (talkMs + quietMs));
}
