// Holds docs/guide/observability.md to the code: its tables have every channel with its fields, every limit and every metric,
// in the code's order, and nothing else.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { diagnosticNames } from "../src/diagnostics.ts";
import { metrics } from "../src/metrics/table.ts";

const page = readFileSync(new URL("../../../docs/guide/observability.md", import.meta.url), "utf8");
const source = readFileSync(new URL("../src/diagnostics.ts", import.meta.url), "utf8");

describe("docs/guide/observability.md", () => {
  it("lists every channel with its fields", () => {
    const declared = [...source.matchAll(/^ {2}"(wireway:[\w:]+)": \{\n([^}]*)\}/gm)].map(
      ([, name = "", body = ""]) => {
        const fields = [...body.matchAll(/readonly (\w+):/g)].map(([, field = ""]) => field);
        return [name, fields.join(", ")];
      },
    );
    expect(declared.map(([name]) => name)).toEqual(diagnosticNames);
    expect(table("channel", "fields")).toEqual(declared);
  });

  it("lists every limit", () => {
    const union = /export type DiagnosticLimit =([^;]*);/.exec(source)?.[1] ?? "";
    expect(table("limit")).toEqual([...union.matchAll(/"(\w+)"/g)].map(([, name]) => [name]));
  });

  it("lists every metric with its names, unit and labels", () => {
    const rows = Object.values(metrics).map(({ prometheus, openTelemetry, unit, labels, help }) => {
      return [prometheus, openTelemetry, unit, labels.join(", ") || "–", help];
    });
    expect(table("Prometheus", "OpenTelemetry", "unit", "labels", "counts")).toEqual(rows);
  });

  it("names no metric that is not there", () => {
    const names = Object.values(metrics).map(({ prometheus }) => prometheus);
    const told = [...page.matchAll(/\bwireway_\w+/g)].map(([name]) => name);
    expect(told.length).toBeGreaterThan(names.length);
    expect(told.filter((name) => !names.includes(name))).toEqual([]);
  });
});

/** The named columns of the first table that has them, without code marks. */
function table(...columns: string[]): string[][] {
  for (const block of page.split("\n\n")) {
    const [head, , ...rows] = block
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map(cells);
    const places = columns.map((column) => head?.indexOf(column) ?? -1);
    if (head && !places.includes(-1)) return rows.map((row) => places.map((place) => row[place] ?? ""));
  }
  throw new Error(`no table with ${columns.join(", ")}`);
}

function cells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("`", ""));
}
