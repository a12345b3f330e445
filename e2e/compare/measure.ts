// Puts every system through every row: the first message of fresh clients, one row after the other, then the traffic, as
// many runs at once as the machine carries with ease. All systems meet the same weather with the same seed.

import { Gate } from "../matrix/gate.ts";
import type { Judgement } from "../matrix/judge.ts";
import { isFar, type Row } from "../matrix/row.ts";
import { rows } from "../matrix/rows.ts";
import { runTraffic } from "../matrix/traffic-run.ts";
import { judgeBoth } from "../matrix/verdict.ts";
import { openWay } from "../matrix/way.ts";
import type { System } from "./system.ts";

export interface RowFigures {
  readonly row: string;
  /** By system. */
  readonly starts: Readonly<Record<string, StartFigures>>;
  readonly runs: Readonly<Record<string, RunFigures>>;
}

export interface StartFigures {
  /** The best of three; null when nothing came within 10 s. */
  readonly ms: number | null;
}

export interface RunFigures {
  readonly up: Judgement;
  readonly down: Judgement;
  readonly disconnects: number;
  readonly transport: string | null;
}

const freshClients = 3;
const placesAtOnce = 14;
/** Longer than any of them takes that still comes to something. */
const patienceMs = 10_000;

export async function measure(systems: readonly System[], progress: (line: string) => void): Promise<RowFigures[]> {
  const starts = new Map<string, Record<string, StartFigures>>();
  const start = async (row: Row): Promise<void> => {
    const figures: Record<string, StartFigures> = {};
    if (row.start) for (const system of systems) figures[system.name] = await measureStart(row, system);
    starts.set(row.name, figures);
    progress(`${row.name}: ${JSON.stringify(figures)}`);
  };
  for (const row of rows.filter((row) => !isFar(row))) await start(row);
  // These wait for the network, not for the machine.
  await Promise.all(rows.filter(isFar).map(start));
  const gate = new Gate(placesAtOnce);
  const talking = rows.flatMap((row) => (row.traffic ? [{ row, traffic: row.traffic }] : []));
  talking.sort((a, b) => b.traffic.forMs - a.traffic.forMs);
  const runs = new Map<string, Record<string, RunFigures>>(rows.map(({ name }) => [name, {}]));
  await Promise.all(
    talking.flatMap(({ row, traffic }) =>
      systems.map((system) =>
        gate.run(async () => {
          const server = await system.startServer();
          const way = await openWay(row, { target: server.target, seed: 7 });
          const outcome = await runTraffic(traffic, { server, way, client: system.createClient(), patienceMs });
          await way.close();
          await server.close();
          const { disconnects, transport } = outcome.client;
          const figures = { ...judgeBoth(outcome), disconnects: disconnects.length, transport } as RunFigures;
          Object.assign(runs.get(row.name) ?? {}, { [system.name]: figures });
          progress(`${row.name}, ${system.name}: ${JSON.stringify(figures)}`);
        }),
      ),
    ),
  );
  return rows.map(({ name }) => ({ row: name, starts: starts.get(name) ?? {}, runs: runs.get(name) ?? {} }));
}

async function measureStart(row: Row, system: System): Promise<StartFigures> {
  const server = await system.startServer();
  const way = await openWay(row, { target: server.target });
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < freshClients; i++) {
    const { ms } = await system.createClient().first(way.url, null);
    if (ms !== null) best = Math.min(best, ms);
    // What got nothing at all gets nothing again.
    else if (i === 0) break;
  }
  await way.close();
  await server.close();
  return { ms: Number.isFinite(best) ? best : null };
}
