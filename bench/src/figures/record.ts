// What was measured last, scenario by scenario, so that a table and a page can be made of runs at different times. A scenario
// is kept as it was measured in one run.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Machine } from "../machine.ts";
import { baselineOf, type Scenario } from "../scenarios/scenario.ts";
import type { Row } from "./summary.ts";

export interface MeasuredScenario {
  readonly name: string;
  readonly group: string;
  readonly unit: string;
  readonly baseline: string;
  readonly rows: readonly Row[];
}

export interface Record {
  readonly machine: Machine;
  readonly scenarios: readonly MeasuredScenario[];
}

export function measuredScenario(scenario: Scenario, rows: readonly Row[]): MeasuredScenario {
  const { name, group, unit } = scenario;
  return { name, group, unit, baseline: baselineOf(scenario), rows };
}

export function readRecord(file: string): Record | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record) : undefined;
}

/** Newer scenarios take the place of those of the same name; the rest stays, in the order of `names`. */
export function mergeRecords(older: Record | undefined, newer: Record, names: readonly string[]): Record {
  const byName = new Map([...(older?.scenarios ?? []), ...newer.scenarios].map((one) => [one.name, one]));
  return { machine: newer.machine, scenarios: names.flatMap((name) => byName.get(name) ?? []) };
}

export function writeRecord(file: string, record: Record): void {
  writeFileSync(file, `${JSON.stringify(record, null, 1)}\n`);
}
