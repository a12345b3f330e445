import { expect, test } from "vitest";
import { profiles } from "./profiles.ts";
import { checkBudget, simulate, simulateMany } from "./simulate.ts";

// `npm run simulate -- --seeds 1000000` runs as many as one likes; these are for every day.
const seeds = Number(process.env["WIREWAY_SEEDS"] ?? 1_500);

test.each(profiles)("nothing is lost, doubled or reordered: %s", { timeout: 300_000 }, (profile) => {
  const count = Math.ceil(seeds / profiles.length);
  const totals = simulateMany(profile, count);
  expect(totals.messages).toBeGreaterThan(count * 250);
  checkBudget(profile, totals);
});

test("the same seed gives the same run", () => {
  const traces = [0, 1].map(() => {
    const lines: string[] = [];
    simulate(7, "general", (line) => lines.push(line));
    return lines;
  });
  expect(traces[0]?.length).toBeGreaterThan(100);
  expect(traces[1]).toEqual(traces[0]);
});
