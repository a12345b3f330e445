// Rows as a table for the terminal.

import type { Spread } from "./statistics.ts";
import type { Row } from "./summary.ts";

export function textTable(rows: readonly Row[], baseline: string): string {
  const names = [...new Set(rows.flatMap(({ more }) => Object.keys(more)))];
  const head = ["system", "cost", "(least–most)", `× ${baseline}`, "(least–most)", ...names];
  const lines = rows.map(({ system, cost, ratio, more }) => [
    system,
    figure(cost.median),
    range(cost),
    figure(ratio.median),
    range(ratio),
    ...names.map((name) => figure(more[name] ?? Number.NaN)),
  ]);
  const widths = head.map((name, column) => Math.max(name.length, ...lines.map((line) => (line[column] ?? "").length)));
  return [head, ...lines]
    .map((line) => line.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join("  "))
    .join("\n");
}

/** Three digits that count. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function range({ least, most }: Spread): string {
  return `${figure(least)}–${figure(most)}`;
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
