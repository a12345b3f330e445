// How soon the first message of a fresh client comes through a row's way: the best of several clients, one after the
// other, beyond what a bare WebSocket takes through the same proxy in the same run.

import type { ClientEnd, FirstMessage, ServerEnd } from "./ends.ts";
import type { Row } from "./row.ts";
import { openBareWay, openWay, type WayOptions } from "./way.ts";

/** How often all clients try once more when the best of them was late. */
const moreTrials = 2;

export interface StartResult {
  /** The best; null when a client got no answer at all. */
  readonly ms: number | null;
  /** What a bare WebSocket took. */
  readonly baselineMs: number | null;
  /** What was allowed, baseline included. */
  readonly limitMs: number;
  /** What served in the end, client by client. */
  readonly transports: readonly (string | null)[];
  /** Requests and upgrades per client, as the way counted them until its transport was settled. */
  readonly requests: number;
}

export interface TrialOptions {
  readonly server: Pick<ServerEnd, "target">;
  readonly client: Pick<ClientEnd, "first" | "bare">;
  /** A WebSocket server that sends everything back, as `127.0.0.1:54321`. */
  readonly echo: string;
  readonly way?: Partial<WayOptions>;
  /** @default 4 */
  readonly clients?: number;
}

/** @throws {TypeError} when the row has no bound. */
export async function tryStart(row: Row, options: TrialOptions): Promise<StartResult> {
  const { start, expect } = row;
  if (start === undefined) throw new TypeError(`${row.name} has no bound`);
  const { server, client, echo, clients = 4 } = options;
  const bareWay = await openBareWay(row, { ...options.way, target: echo }, start.beyond === "bareWebSocket");
  const bare = await severalTimes(clients, () => client.bare(bareWay.url));
  await bareWay.close();
  const roundTripMs = typeof row.way === "function" ? 0 : 2 * (row.way.latencyMs ?? 0);
  const baselineMs = bestOf(bare);
  const limitMs = (baselineMs ?? 0) + start.ms + start.roundTrips * roundTripMs;
  const way = await openWay(row, { ...options.way, target: server.target });
  const tryClients = async (): Promise<FirstMessage[]> =>
    await severalTimes(clients, () => client.first(way.url, expect.transport ?? null));
  const firsts = await tryClients();
  // A machine with other things to do adds time and never takes any: who is late is asked again before it is believed.
  for (let more = 0; more < moreTrials && (bestOf(firsts) ?? 0) > limitMs; more++) firsts.push(...(await tryClients()));
  const { requests = 0, upgrades = 0 } = way.counters ?? {};
  await way.close();
  return {
    ms: bestOf(firsts),
    baselineMs,
    limitMs,
    transports: firsts.map(({ transport }) => transport),
    requests: (requests + upgrades) / firsts.length,
  };
}

/** What is wrong with it; nothing when the row holds. */
export function startComplaints({ expect }: Row, { ms, baselineMs, limitMs, transports }: StartResult): string[] {
  const complaints: string[] = [];
  if (baselineMs === null) complaints.push("a bare WebSocket got no answer");
  if (ms === null) complaints.push("a client got no answer");
  else if (ms > limitMs)
    complaints.push(`the first message took ${ms.toFixed(1)} ms, the limit is ${limitMs.toFixed(1)} ms`);
  const { transport } = expect;
  if (transport !== undefined && transports.some((served) => served !== transport)) {
    complaints.push(`${transport} should serve in the end, not ${transports.join(", ")}`);
  }
  return complaints;
}

async function severalTimes(times: number, run: () => Promise<FirstMessage>): Promise<FirstMessage[]> {
  const results: FirstMessage[] = [];
  for (let i = 0; i < times; i++) results.push(await run());
  return results;
}

/** Null when one was not answered: the best says nothing then. */
function bestOf(firsts: readonly FirstMessage[]): number | null {
  const times = firsts.map(({ ms }) => ms);
  return times.includes(null) ? null : Math.min(...(times as number[]));
}
