// Draws the charts of the report, in the browser: a chart for each group, a part for each scenario, a bar for each system. The
// scale is logarithmic, so that half and twice are equally far from the line of what all are compared with.

import { axisX, barX, plot, ruleX, ruleY, text } from "@observablehq/plot";
import type { Record as Measured, MeasuredScenario } from "../figures/record.ts";
import { figure } from "../figures/text-table.ts";

interface Bar {
  readonly scenario: string;
  readonly system: string;
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
  readonly cost: number;
}

const ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20];
const barHeight = 22;

const { scenarios } = JSON.parse(document.querySelector("#record")?.textContent ?? "{}") as Measured;

for (const group of new Set(scenarios.map((one) => one.group))) {
  draw(
    group,
    scenarios.filter((one) => one.group === group),
  );
}

function draw(group: string, members: readonly MeasuredScenario[]): void {
  const [first] = members;
  if (!first) return;
  const { baseline } = first;
  const bars = members.flatMap(({ name, rows }) =>
    rows.flatMap(({ system, ratio, cost, repetitions }): Bar[] =>
      repetitions === 0
        ? []
        : [{ scenario: name, system, ratio: ratio.median, least: ratio.least, most: ratio.most, cost: cost.median }],
    ),
  );
  const systems = [...new Set(bars.map(({ system }) => system))];
  const values = bars.flatMap(({ least, most }) => [least, most]);
  const domain = [Math.min(0.8, ...values) / 1.25, Math.max(1.25, ...values) * 1.6];
  const colour = (fill: string, of: (bar: Bar) => boolean) =>
    barX(bars.filter(of), { fy: "scenario", y: "system", x1: 1, x2: "ratio", fill, insetTop: 2, insetBottom: 2 });
  const chart = plot({
    width: 960,
    height: 70 + members.length * (systems.length * barHeight + 14),
    marginLeft: 150,
    marginRight: 290,
    marginTop: 44,
    style: { background: "transparent", fontSize: "13px" },
    x: { type: "log", domain },
    y: { domain: systems, label: null },
    fy: { domain: members.map(({ name }) => name), label: null, axis: null, padding: 0.12 },
    marks: [
      axisX({
        anchor: "top",
        ticks: ticks.filter((tick) => tick >= (domain[0] ?? 0) && tick <= (domain[1] ?? 1)),
        tickFormat: (tick: number) => `${tick}×`,
        label: `times ${baseline} (${[...new Set(members.map(({ unit }) => unit))].join("; ")}); left is cheaper`,
        labelAnchor: "left",
        labelArrow: "none",
      }),
      colour("var(--ours)", ({ system }) => system.startsWith("wireway")),
      colour("var(--others)", ({ system }) => !system.startsWith("wireway")),
      ruleY(bars, { fy: "scenario", y: "system", x1: "least", x2: "most", stroke: "currentColor" }),
      ruleX([1], { stroke: "currentColor" }),
      text(bars, {
        fy: "scenario",
        y: "system",
        x: ({ ratio, most }: Bar) => Math.max(1, ratio, most),
        text: ({ ratio, cost }: Bar) => `${figure(ratio)}×  (${figure(cost)})`,
        textAnchor: "start",
        dx: 6,
      }),
      text(
        members.map(({ name }) => name),
        {
          fy: (name: string) => name,
          text: (name: string) => name,
          frameAnchor: "right",
          textAnchor: "start",
          dx: 12,
          lineWidth: 20,
          fontWeight: 600,
        },
      ),
    ],
  });
  const section = document.createElement("section");
  const heading = document.createElement("h2");
  heading.textContent = group.charAt(0).toUpperCase() + group.slice(1);
  section.append(heading, chart);
  document.querySelector("main")?.append(section);
}
