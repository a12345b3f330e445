// One row's traffic from beginning to end: a server, a way and a client for each of its clients, and what is wrong with what
// came of it. The same for every platform.

import { Stalls } from "../stalls.ts";
import type { ClientEnd, ServerEnd } from "./ends.ts";
import { probeRoundTrips } from "./probe.ts";
import type { Row, Traffic } from "./row.ts";
import { type Outcome, runTraffic } from "./traffic-run.ts";
import { judgeBoth, type Platform, trafficComplaints } from "./verdict.ts";
import { openWay } from "./way.ts";

/** A row that has something to say. */
export type TalkingRow = Row & { readonly traffic: Traffic };

export interface Cast {
  readonly platform: Platform;
  readonly startServer: () => Promise<ServerEnd>;
  readonly createClient: () => ClientEnd;
  /** Where the way listens. @default "127.0.0.1" */
  readonly host?: string;
}

export interface RowResult {
  /** Empty when the row holds. */
  readonly complaints: readonly string[];
  /** What came of each client, for people. */
  readonly summaries: readonly object[];
}

/** Those that talk, the longest first, so that nobody has to wait for one of them in the end. */
export function talkingRows(rows: readonly Row[]): TalkingRow[] {
  const talking = rows.flatMap((row) => (row.traffic ? [{ ...row, traffic: row.traffic }] : []));
  return talking.sort((a, b) => b.traffic.forMs - a.traffic.forMs);
}

export async function runRow(row: TalkingRow, cast: Cast): Promise<RowResult> {
  const seeds = Array.from({ length: row.clients ?? 1 }, (_, index) => 7 + index);
  const stalls = new Stalls();
  const running = Promise.all(seeds.map((seed) => runClient(row, cast, seed))).finally(() => stalls.stop());
  const isTimed = row.expect.medianReturnMostMs !== undefined;
  const roundTripsMs = isTimed ? await probeRoundTrips(cast.createClient(), cast.host, running) : [];
  const outcomes = await running;
  const complaints = trafficComplaints(row, outcomes, cast.platform, { roundTripsMs, stoodStillMs: stalls.longestMs });
  return { complaints, summaries: outcomes.map(summaryOf) };
}

async function runClient(row: TalkingRow, { startServer, createClient, host }: Cast, seed: number): Promise<Outcome> {
  const server = await startServer();
  const way = await openWay(row, { target: server.target, seed, ...(host !== undefined && { host }) });
  try {
    return await runTraffic(row.traffic, { server, way, client: createClient() });
  } finally {
    await way.close();
    await server.close();
  }
}

function summaryOf(outcome: Outcome): object {
  const { transport, errors, silenceMs, attempts } = outcome.client;
  return { transport, ...judgeBoth(outcome), silenceMs: Math.round(silenceMs), errors, attempts };
}
