// The tables of docs/performance.md: one for each group of scenarios, a row for each scenario and a column for each system.

import { type Goal, goals, reached } from "./goals.ts";
import type { MeasuredScenario, Record } from "./record.ts";
import type { Row } from "./summary.ts";
import { figure, range } from "./text-table.ts";

const markers = { begin: "<!-- figures: npm run bench -- --write -->", end: "<!-- /figures -->" } as const;

/** @throws Error when the document has no place for them. */
export function withTables(document: string, record: Record): string {
  const begin = document.indexOf(markers.begin);
  const end = document.indexOf(markers.end);
  if (begin < 0 || end < begin) throw new Error(`the document has no ${markers.begin} … ${markers.end}`);
  return `${document.slice(0, begin + markers.begin.length)}\n\n${tables(record)}\n\n${document.slice(end)}`;
}

function tables({ machine, scenarios }: Record): string {
  const groups = [...new Set(scenarios.map(({ group }) => group))];
  const about = `Measured on ${machine.processor}, ${machine.memory}, ${machine.node}; ${machine.pinned}.`;
  const measured = groups.flatMap((group) => table(scenarios.filter((one) => one.group === group)));
  return [about, ...judgement(scenarios), ...measured].join("\n\n");
}

/** What has goals, and whether they were reached. */
function judgement(scenarios: readonly MeasuredScenario[]): string[] {
  const rows = scenarios.flatMap((scenario) => scenario.rows);
  const lines = goals.flatMap((goal) => {
    const value = reached(goal, rows);
    if (value === undefined) return [];
    const other = reached({ ...goal, system: "socket.io" }, rows);
    const baseline = scenarios.find(({ name }) => name === goal.scenario)?.baseline ?? "";
    const what = goal.figure ?? `times ${baseline}`;
    return [
      [
        `${goal.scenario}: ${goal.system}, ${what}`,
        other === undefined ? "–" : figure(other),
        figure(value),
        `${goal.must}`,
        `${goal.goal}`,
        verdict(goal, value),
      ],
    ];
  });
  if (lines.length === 0) return [];
  const head = [
    ["scenario", "Socket.IO", "Wireway", "must", "goal", ""],
    ["---", "--:", "--:", "--:", "--:", "---"],
  ];
  return ["### What it has to reach", [...head, ...lines].map((line) => `| ${line.join(" | ")} |`).join("\n")];
}

function verdict({ must, goal }: Goal, value: number): string {
  if (value > must) return "**missed**";
  return value > goal ? "holds" : "goal reached";
}

/** A heading, what the figures are, and the table. */
function table(scenarios: readonly MeasuredScenario[]): string[] {
  const [first] = scenarios;
  if (!first) return [];
  const { group, baseline } = first;
  const others = [...new Set(scenarios.flatMap(({ rows }) => rows.map(({ system }) => system)))].filter(
    (system) => system !== baseline,
  );
  const units = [...new Set(scenarios.map(({ unit }) => unit))];
  const lines = [
    ["scenario", `${baseline}${units.length === 1 ? "" : ", as said"}`, ...others],
    ["---", "--:", ...others.map(() => "--:")],
    ...scenarios.map((scenario) => {
      const base = scenario.rows.find(({ system }) => system === baseline);
      const unit = units.length === 1 ? "" : ` (${scenario.unit})`;
      return [
        scenario.name + unit,
        base ? figure(base.cost.median) : "–",
        ...others.map((system) => cell(scenario.rows.find((row) => row.system === system))),
      ];
    }),
  ];
  const about = units.length === 1 ? `${baseline}: ${units[0]}. ` : "";
  return [
    `### ${group.charAt(0).toUpperCase()}${group.slice(1)}`,
    `${about}The others: times ${baseline}, the least and the most in brackets.`,
    lines.map((line) => `| ${line.join(" | ")} |`).join("\n"),
  ];
}

function cell(row: Row | undefined): string {
  if (!row) return "";
  if (row.repetitions === 0) return "failed";
  return `${figure(row.ratio.median)} (${range(row.ratio)})`;
}
