import { expect, test } from "vitest";
import { withTables } from "./markdown.ts";
import { mergeRecords, type Record } from "./record.ts";
import { summarize } from "./summary.ts";

const machine = { processor: "2 × X", memory: "4 GiB", node: "Node v20", pinned: "not pinned" };

function recordOf(name: string, costs: { [system: string]: number }): Record {
  const repetitions = Object.entries(costs).map(([system, cost]) => ({
    scenario: name,
    system,
    repetition: 1,
    figures: { cost, count: 1, more: {} },
  }));
  const rows = summarize(repetitions, name, "ws");
  return { machine, scenarios: [{ name, group: "talk", unit: "µs", baseline: "ws", rows }] };
}

test("tables stand between the markers, and nothing else of the page changes", () => {
  const page = "before\n<!-- figures: npm run bench -- --write -->\nold\n<!-- /figures -->\nafter";
  const written = withTables(page, recordOf("echo", { ws: 10, ours: 12 }));
  expect(written).toContain("| echo | 10.0 | 1.20 (1.20–1.20) |");
  expect(written).not.toContain("old");
  expect(written.startsWith("before\n")).toBe(true);
  expect(written.endsWith("<!-- /figures -->\nafter")).toBe(true);
  expect(withTables(written, recordOf("echo", { ws: 10, ours: 12 }))).toBe(written);
});

test("a page without the markers is refused", () => {
  expect(() => withTables("nothing", recordOf("echo", { ws: 1 }))).toThrow("has no <!-- figures");
});

test("a later run replaces what it measured, and nothing else", () => {
  const merged = mergeRecords(
    mergeRecords(recordOf("b", { ws: 1 }), recordOf("a", { ws: 2 }), ["a", "b"]),
    recordOf("b", { ws: 3 }),
    ["a", "b"],
  );
  expect(merged.scenarios.map(({ name, rows }) => [name, rows[0]?.cost.median])).toEqual([
    ["a", 2],
    ["b", 3],
  ]);
});

test("what has goals is judged by its median", () => {
  const page = "<!-- figures: npm run bench -- --write -->\n<!-- /figures -->";
  const judged = (cost: number): string =>
    withTables(page, recordOf("connecting", { ws: 10, "socket.io": 25, "wireway-websocket": cost }));
  expect(judged(12)).toContain("| 2.50 | 1.20 | 1.5 | 1.25 | goal reached |");
  expect(judged(14)).toContain("| 2.50 | 1.40 | 1.5 | 1.25 | holds |");
  expect(judged(16)).toContain("| 2.50 | 1.60 | 1.5 | 1.25 | **missed** |");
  expect(withTables(page, recordOf("echo", { ws: 1 }))).not.toContain("must");
});
