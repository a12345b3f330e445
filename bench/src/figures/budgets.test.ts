import { expect, test } from "vitest";
import { overBudget } from "./budgets.ts";
import { summarize } from "./summary.ts";

const figures = (cost: number) => ({ cost, count: 1, more: {} });
const rows = summarize(
  [
    { scenario: "echo", system: "ws", repetition: 1, figures: figures(10) },
    { scenario: "echo", system: "ours", repetition: 1, figures: figures(40) },
    { scenario: "echo", system: "theirs", repetition: 1, error: "it broke\nsomewhere" },
  ],
  "echo",
  "ws",
);

test("a ratio over its budget is told, and a failure", () => {
  expect(overBudget(rows, { echo: { ours: 3.9 } }, ["echo"])).toEqual([
    "echo, theirs: it broke",
    "echo, ours: 4.00 times, the budget is 3.9",
  ]);
  expect(overBudget(rows, { echo: { ours: 4 } }, ["echo"])).toEqual(["echo, theirs: it broke"]);
});

test("what has a budget has to be measured", () => {
  expect(overBudget([], { echo: { ours: 4 }, gone: { ours: 1 } }, ["echo"])).toEqual([
    "gone: has a budget, and there is no such scenario",
    "echo, ours: was not measured",
  ]);
});
