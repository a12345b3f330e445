// Holds the guide together: a reader who begins at the README gets to every page, and what pages say in tables is there.

import { readdirSync, readFileSync } from "node:fs";
import { reservedEvents } from "@wireway/protocol";
import { expect, test } from "vitest";
import { pages } from "./samples.ts";

const root = new URL("../../", import.meta.url);

test("the README leads to every page of the guide", () => {
  const readme = text("README.md");
  expect(pages.filter((page) => page !== "README.md" && !readme.includes(`](${page})`))).toEqual([]);
});

test("the guide names no metric that is not there", () => {
  const known = new Set(text("docs/reference/server.md").match(/\bwireway_\w+/g));
  const named = text("docs/guide/observability.md").match(/\bwireway_\w+/g) ?? [];
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test("the guide lists the names that cannot be emitted", () => {
  const [, list = ""] = /throws `reserved_event`:\n\n(.*)\n/.exec(text("docs/guide/events.md")) ?? [];
  expect(list.split(", ")).toEqual([...reservedEvents].sort().map((name) => `\`${name}\``));
});

test("ARCHITECTURE.md names no file that is not there", () => {
  const there = readdirSync(new URL("packages/", root), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"))
    .map((path) => `/${path}`);
  const named = [...text("ARCHITECTURE.md").matchAll(/`([\w/-]+\.ts)`/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !there.some((path) => path.endsWith(`/${name}`)))).toEqual([]);
});

function text(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}
