// The defaults that SECURITY.md states are the code's.

import { readFileSync } from "node:fs";
import { defaultOptions } from "@wireway/server";
import { expect, it } from "vitest";

const text = readFileSync(new URL("../../../../SECURITY.md", import.meta.url), "utf8");
const [, table = ""] = text.split("## Defaults");
const rows = [...table.matchAll(/^\| `(\w+)`\s*\| (\S+)\s*\|/gm)].map(
  ([, name, value]) => [name ?? "", value] as const,
);
const defaults: Readonly<Record<string, unknown>> = { ...defaultOptions, ...defaultOptions.terms };

it("states the defaults", () => {
  expect(rows.length).toBeGreaterThan(15);
  for (const [name, value] of rows) expect([name, String(defaults[name])]).toEqual([name, value]);
});

it("names every limit that there is", () => {
  const names = new Set(rows.map(([name]) => name));
  const limits = Object.keys(defaults).filter((name) => /^max|PerSecond$|TimeoutMs$/.test(name));
  // How long other servers are waited for is no matter of security.
  expect(limits.filter((name) => !names.has(name) && name !== "requestsTimeoutMs")).toEqual([]);
});
