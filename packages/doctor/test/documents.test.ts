// Holds docs/guide/doctor.md to the code: its tables of diagnoses, checks, options and fields are these.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { usage } from "../src/command-line.ts";
import { diagnoses } from "../src/diagnoses.ts";
import { examine } from "../src/examine.ts";

const page = readFileSync(new URL("../../../docs/guide/doctor.md", import.meta.url), "utf8");

/** The cells of the rows of the tables under a heading, without backquotes around a whole cell. */
function rows(heading: string): string[][] {
  const section = page.split(new RegExp(`^## ${heading}$`, "m"))[1]?.split(/^## /m)[0] ?? "";
  return section
    .split("\n")
    .filter((line) => /^\|(?! ?-)/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`([^`]*)`$/, "$1")),
    );
}

test("lists each diagnosis with what it means", () => {
  expect(rows("Diagnoses").slice(1)).toEqual(Object.entries(diagnoses).map(([name, { meaning }]) => [name, meaning]));
});

test("lists the checks, and the fields of the report, in their order", async () => {
  const report = await examine({ url: "http://nobody.invalid", timeoutMs: 1_000 });
  expect(
    rows("What it checks")
      .slice(1)
      .map(([name]) => name),
  ).toEqual(report.checks.map(({ check }) => check));
  const names = rows("JSON").map(([name]) => name);
  const finding = report.checks[0]?.findings[0];
  expect(names).toEqual(["field", ...Object.keys(report), "field", ...Object.keys(finding ?? {})]);
});

test("lists every option of the command line", () => {
  const named = [...usage.matchAll(/(?<![\w-])--?[A-Za-z][\w-]*/g)].map(([option]) => option);
  const listed = rows("Options")
    .map(([cell = ""]) => cell)
    .join(" ");
  expect(named.length).toBeGreaterThan(10);
  for (const option of named) expect(listed).toContain(option);
});
