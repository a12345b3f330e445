// What the command was asked for.

import { parseArgs } from "node:util";
import { goals } from "./figures/goals.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { scenarios } from "./scenarios/scenarios.ts";
import { systems } from "./systems/systems.ts";

export interface Order {
  readonly scenarios: readonly Scenario[];
  /** All that may play. */
  readonly systems: readonly string[];
  /** Those that were asked for by name; none when all are wanted. */
  readonly wanted: readonly string[];
  readonly repeat: number;
  readonly size: "full" | "quick";
  readonly profile: boolean;
  /** Whether the tables of the documents are written. */
  readonly write: boolean;
  /** Nothing is played: what is written is made of figures of before. */
  readonly fromResults: boolean;
  /** Everything that a smoke test plays: what is not among it is missing. */
  readonly isWhole: boolean;
}

/** The command's arguments. */
export const usage: string = `npm run bench -- [options]

  plays what has goals, beside what it is compared with and Socket.IO

  --all               every scenario, every system: more than an hour
  --quick             everything small, once: fails when something did not run, or is over its budget
  --only NAMES        scenarios whose names hold one of these texts, separated by semicolons or given more than once
  --systems NAMES     systems, separated by commas; what they are compared with is always among them
  --repeat N          repetitions, 5 when not given
  --profile           one repetition, with a processor profile of each server
  --write             writes the tables of docs/performance.md
  --from-results      plays nothing: charts and tables of what was measured before
  --list              names of scenarios and systems`;

/** Who plays when nothing was asked for, beside what they are compared with. */
const judged: readonly string[] = [...new Set(goals.map(({ system }) => system)), "socket.io"];

/** @returns undefined when there is nothing to do but to read. */
export function readCommandLine(args: readonly string[]): Order | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      all: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      systems: { type: "string", multiple: true, default: [] },
      repeat: { type: "string" },
      profile: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      "from-results": { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || values.list) {
    console.log(values.help ? usage : [...scenarios, "", ...systems].map(nameOf).join("\n"));
    return undefined;
  }
  if (values.quick && values.write) throw new Error("--write is for figures that count, not for those of --quick");
  const wanted = values.only.flatMap((text) => text.split(";")).map((text) => text.trim());
  const isEverything = values.all || values.quick;
  const isAsked = (name: string): boolean =>
    wanted.length > 0
      ? wanted.some((text) => name.includes(text))
      : isEverything || goals.some(({ scenario }) => scenario === name);
  const chosen = scenarios.filter(({ name, quick }) => isAsked(name) && (quick !== undefined || !values.quick));
  if (chosen.length === 0) throw new Error(`no scenario has ${wanted.join(" or ")} in its name; --list tells them`);
  const isDefault = wanted.length === 0 && values.systems.length === 0 && !isEverything;
  const names = isDefault ? judged : values.systems.flatMap((text) => text.split(","));
  const unknown = names.filter((name) => !systems.some((system) => system.name === name));
  if (unknown.length > 0) throw new Error(`no system ${unknown.join(", ")}; --list tells them`);
  const repeat = Number(values.repeat ?? (values.quick || values.profile ? 1 : 5));
  if (!Number.isSafeInteger(repeat) || repeat < 1) throw new Error("--repeat must be a whole number from 1 on");
  return {
    scenarios: chosen,
    systems: systems.map(nameOf),
    wanted: names,
    repeat,
    size: values.quick ? "quick" : "full",
    profile: values.profile,
    write: values.write,
    fromResults: values["from-results"],
    isWhole: values.quick && wanted.length === 0 && names.length === 0,
  };
}

function nameOf(named: { readonly name: string } | string): string {
  return typeof named === "string" ? named : named.name;
}
