// The command: plays the scenarios that were asked for, system after system and round after round, so that what the machine
// does meanwhile meets all of them; prints and keeps what came of it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Order, readCommandLine } from "./command-line.ts";
import { type Budgets, overBudget } from "./figures/budgets.ts";
import { withTables } from "./figures/markdown.ts";
import {
  type MeasuredScenario,
  measuredScenario,
  mergeRecords,
  type Record,
  readRecord,
  writeRecord,
} from "./figures/record.ts";
import { type Repetition, type Row, summarize } from "./figures/summary.ts";
import { textTable } from "./figures/text-table.ts";
import { describeMachine } from "./machine.ts";
import { play } from "./play.ts";
import { playersOf } from "./players.ts";
import { findBun, installBun } from "./processes/bun.ts";
import { reportPage } from "./report/report.ts";
import { baselineOf, type Scenario } from "./scenarios/scenario.ts";
import { scenarios } from "./scenarios/scenarios.ts";

/** @returns the exit code: 1 when something did not run. */
export async function bench(args: readonly string[], folder: string): Promise<number> {
  const order = readCommandLine(args);
  if (!order) return 0;
  const programs = join(folder, "dist");
  const present = withoutMissing(order, programs);
  const machine = describeMachine();
  console.log(Object.values(machine).join(" · "));
  const measured: MeasuredScenario[] = [];
  for (const scenario of order.fromResults ? [] : order.scenarios) {
    measured.push(measuredScenario(scenario, await playScenario(scenario, present, folder)));
  }
  publish({ machine, scenarios: measured }, order, folder);
  return order.fromResults
    ? 0
    : judge(
        measured.flatMap(({ rows }) => rows),
        order,
        folder,
      );
}

/** Keeps the figures, draws them, and writes the tables where that was asked for. */
function publish(newer: Record, order: Order, folder: string): void {
  const results = join(folder, "results");
  mkdirSync(results, { recursive: true });
  const file = join(results, `${order.size}.json`);
  const older = readRecord(file);
  const machine = order.fromResults && older ? older.machine : newer.machine;
  const names = scenarios.map(({ name }) => name);
  const record = mergeRecords(older, { ...newer, machine }, names);
  writeRecord(file, record);
  const page = join(folder, "report.html");
  writeFileSync(page, reportPage(record, readFileSync(join(folder, "dist/report-page.js"), "utf8")));
  console.log(`\nfigures: ${file}\ncharts: ${page}`);
  if (!order.write) return;
  const document = join(folder, "../docs/performance.md");
  writeFileSync(document, withTables(readFileSync(document, "utf8"), record));
  console.log(`tables: ${document}`);
}

/** Small runs are kept to the budgets; large ones only have to have run. */
function judge(rows: readonly Row[], order: Order, folder: string): number {
  const budgets = JSON.parse(readFileSync(join(folder, "budgets.json"), "utf8")) as Budgets;
  const names = order.scenarios.map(({ name }) => name);
  const complaints = overBudget(rows, order.isWhole ? budgets : {}, names);
  for (const complaint of complaints) console.log(`FAILED ${complaint}`);
  if (order.isWhole && complaints.length === 0) console.log("all within their budgets");
  return complaints.length > 0 ? 1 : 0;
}

async function playScenario(scenario: Scenario, order: Order, folder: string): Promise<Row[]> {
  console.log(`\n${scenario.name} (${scenario.unit})`);
  const repetitions: Repetition[] = [];
  const names = playersOf(scenario, order);
  for (let repetition = 1; repetition <= order.repeat; repetition++) {
    for (const system of names) repetitions.push(await playOnce(scenario.name, system, repetition, order, folder));
  }
  const rows = summarize(repetitions, scenario.name, baselineOf(scenario));
  console.log(textTable(rows, baselineOf(scenario)));
  for (const { system, errors } of rows) for (const error of errors) console.log(`${system} failed: ${error}`);
  return rows;
}

/** Bun is left out where it is not, unless it was asked for. */
function withoutMissing(order: Order, programs: string): Order {
  if (!order.systems.includes("bun") || findBun(programs) || (order.wanted.includes("bun") && installBun(programs)))
    return order;
  console.log("bun is left out, because it is not installed; `--systems bun` fetches it");
  return { ...order, systems: order.systems.filter((name) => name !== "bun") };
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
