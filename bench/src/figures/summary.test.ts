import { expect, test } from "vitest";
import { summarize } from "./summary.ts";

const figures = (cost: number, count = 10) => ({ cost, count, more: { "p50 ms": cost * 2 } });

test("ratios are taken within a repetition, and their median is told", () => {
  const rows = summarize(
    [
      { scenario: "a", system: "ws", repetition: 1, figures: figures(10) },
      { scenario: "a", system: "x", repetition: 1, figures: figures(20) },
      // Everything took longer then.
      { scenario: "a", system: "ws", repetition: 2, figures: figures(100) },
      { scenario: "a", system: "x", repetition: 2, figures: figures(300) },
      { scenario: "a", system: "ws", repetition: 3, figures: figures(10) },
      { scenario: "a", system: "x", repetition: 3, figures: figures(20) },
      { scenario: "b", system: "x", repetition: 1, figures: figures(1) },
    ],
    "a",
    "ws",
  );
  expect(rows.map(({ system }) => system)).toEqual(["ws", "x"]);
  expect(rows[1]).toMatchObject({ ratio: { median: 2, least: 2, most: 3 }, cost: { median: 20 }, repetitions: 3 });
  expect(rows[1]?.more).toEqual({ "p50 ms": 40 });
});

test("a repetition that failed or measured nothing is an error, and no figure", () => {
  const [row] = summarize(
    [
      { scenario: "a", system: "x", repetition: 1, error: "it broke" },
      { scenario: "a", system: "x", repetition: 2, figures: figures(0, 0) },
    ],
    "a",
    "ws",
  );
  expect(row?.errors).toEqual(["it broke", "nothing was measured"]);
  expect(row?.repetitions).toBe(0);
});
