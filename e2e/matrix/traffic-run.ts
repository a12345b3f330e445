// Puts one client through a row's traffic: talks both ways while the weather does what the row says, waits for the last
// messages to arrive, and tells what happened. Not here: whether that is good (verdict.ts).

import type { ProxyCounters } from "@wireway/testkit";
import type { ClientEnd, ClientReport, EndReport, ServerEnd } from "./ends.ts";
import type { Traffic } from "./row.ts";
import type { Way } from "./way.ts";

export interface Outcome {
  readonly server: EndReport;
  readonly client: ClientReport;
  readonly openings: number;
  readonly idleCuts: readonly string[];
  readonly counters: Readonly<ProxyCounters> | undefined;
}

export interface Stage {
  readonly way: Way;
  readonly server: ServerEnd;
  readonly client: ClientEnd;
  /**
   * How long the last messages may take to arrive, on roads that are cut. Where every other dial fails, eight in a row may.
   * @default 40000
   */
  readonly patienceMs?: number;
}

const lookEveryMs = 250;

export async function runTraffic(traffic: Traffic, stage: Stage): Promise<Outcome> {
  const { way, server, client } = stage;
  const timers = (traffic.events ?? []).map(({ atMs, happen }) =>
    setTimeout(() => {
      if (way.proxy) happen({ proxy: way.proxy, online: () => void client.online() });
    }, atMs),
  );
  const cuts = traffic.cutEveryMs && setInterval(() => void way.cut(), traffic.cutEveryMs);
  await client.begin(way.url);
  await talk(traffic, stage);
  clearInterval(cuts);
  for (const timer of timers) clearTimeout(timer);
  // What serves at the end serves while there is something to say.
  const { transport } = await client.report();
  await allArrived(stage);
  const outcome: Outcome = {
    server: server.report(),
    client: { ...(await client.report()), transport },
    openings: way.openings,
    idleCuts: way.idleCuts,
    counters: way.counters,
  };
  await client.end();
  return outcome;
}

async function talk(traffic: Traffic, { server, client }: Stage): Promise<void> {
  const { forMs, everyMs, until, rhythm } = traffic;
  const endsAtMs = performance.now() + forMs;
  const eventsOverAtMs = performance.now() + Math.max(0, ...(traffic.events ?? []).map(({ atMs }) => atMs)) + 1_000;
  const leftMs = (): number => endsAtMs - performance.now();
  while (leftMs() > 0) {
    server.speak(everyMs);
    await client.speak(everyMs);
    if (until === undefined) await pass(Math.min(leftMs(), rhythm?.talkMs ?? leftMs()));
    else {
      while (leftMs() > 0) {
        await pass(lookEveryMs);
        if (performance.now() > eventsOverAtMs && (await client.report()).transport === until) break;
      }
    }
    server.hush();
    await client.hush();
    if (until !== undefined) return;
    if (rhythm && leftMs() > 0) await pass(Math.min(leftMs(), rhythm.quietMs));
  }
}

async function allArrived({ server, client, patienceMs = 40_000 }: Stage): Promise<void> {
  const endsAtMs = performance.now() + patienceMs;
  while (performance.now() < endsAtMs) {
    const [up, down] = [await client.report(), server.report()];
    if (down.received.length >= up.sent && up.received.length >= down.sent) return;
    await pass(lookEveryMs);
  }
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
