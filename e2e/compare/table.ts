// The figures as Markdown: one table for the first message, one for the traffic.

import type { Judgement } from "../matrix/judge.ts";
import type { RowFigures, RunFigures, StartFigures } from "./measure.ts";

export function tablesOf(figures: readonly RowFigures[], systems: readonly string[]): string {
  const starts = figures.filter((row) => Object.keys(row.starts).length > 0);
  const runs = figures.filter((row) => Object.keys(row.runs).length > 0);
  return [
    "Time from connecting to the answer to the first event, in milliseconds (best of three fresh clients; – is where the first got none within 10 s):",
    table(
      systems,
      starts.map(({ row, starts: cells }) => [row, ...systems.map((name) => startCell(cells[name]))]),
    ),
    "Messages that arrived of those that were sent, client to server (↑) and server to client (↓), how often the application was told that the connection was over, and the transport at the end:",
    table(
      systems,
      runs.map(({ row, runs: cells }) => [row, ...systems.map((name) => runCell(cells[name]))]),
    ),
  ].join("\n\n");
}

function table(systems: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = ["---", ...systems.map(() => "---")];
  return [["obstacle", ...systems], rule, ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function startCell(figures: StartFigures | undefined): string {
  return figures?.ms === null || figures === undefined ? "–" : String(Math.round(figures.ms));
}

function runCell(figures: RunFigures | undefined): string {
  if (!figures) return "–";
  const { up, down, disconnects, transport } = figures;
  const ends = disconnects === 0 ? "" : `, ${disconnects} × over`;
  return `↑ ${direction(up)} ↓ ${direction(down)}${ends}, ${transport ?? "none"}`;
}

function direction({ sent, delivered, doubled, disordered }: Judgement): string {
  const faults = [doubled > 0 ? `${doubled} doubled` : "", disordered > 0 ? `${disordered} out of order` : ""];
  const words = faults.filter((fault) => fault !== "").join(", ");
  return `${delivered}/${sent}${words === "" ? "" : ` (${words})`}`;
}
