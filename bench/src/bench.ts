// The command: plays the scenarios that were asked for, system after system and round after round, so that what the machine
// does meanwhile meets all of them; prints and keeps what came of it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Order, readCommandLine } from "./command-line.ts";
import { describeMachine } from "./machine.ts";
import { play } from "./play.ts";
import { type Repetition, type Row, summarize } from "./results/summary.ts";
import { textTable } from "./results/text-table.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { systems } from "./systems/systems.ts";

/** @returns the exit code: 1 when something did not run. */
export async function bench(args: readonly string[], folder: string): Promise<number> {
  const order = readCommandLine(args);
  if (!order) return 0;
  const machine = describeMachine();
  console.log(Object.values(machine).join(" · "));
  const rows: Row[] = [];
  for (const scenario of order.scenarios) rows.push(...(await playScenario(scenario, order, folder)));
  const results = join(folder, "results");
  mkdirSync(results, { recursive: true });
  const file = join(results, `${order.size}.json`);
  writeFileSync(file, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
  console.log(`\nresults: ${file}`);
  return rows.some(({ errors }) => errors.length > 0) ? 1 : 0;
}

async function playScenario(scenario: Scenario, order: Order, folder: string): Promise<Row[]> {
  console.log(`\n${scenario.name} (${scenario.unit})`);
  const repetitions: Repetition[] = [];
  const names = order.systems.filter((name) => !scenario.systems || scenario.systems.includes(name));
  for (let repetition = 1; repetition <= order.repeat; repetition++) {
    for (const system of names) repetitions.push(await playOnce(scenario.name, system, repetition, order, folder));
  }
  const rows = summarize(repetitions, scenario.name, baselineOf(scenario));
  console.log(textTable(rows, baselineOf(scenario)));
  for (const { system, errors } of rows) for (const error of errors) console.log(`${system} FAILED: ${error}`);
  return rows;
}

function baselineOf(scenario: Scenario): string {
  return scenario.baseline ?? systems[0]?.name ?? "";
}

async function playOnce(
  scenario: string,
  system: string,
  repetition: number,
  order: Order,
  folder: string,
): Promise<Repetition> {
  const profiles = join(folder, "results", "profiles");
  const file = `${scenario} ${system}`.replace(/[^\w.]+/g, "-").concat(".cpuprofile");
  const profile = order.profile ? { folder: profiles, file } : undefined;
  try {
    const figures = await play({ scenario, system, size: order.size, programs: join(folder, "dist"), profile });
    if (profile) console.log(`profile: ${join(profiles, file)}`);
    return { scenario, system, repetition, figures };
  } catch (error) {
    return { scenario, system, repetition, error: (error as Error).message };
  }
}
