import { expect, test } from "vitest";
import { type Profile, profiles } from "./faults.ts";
import { meanWaitLimitMs, simulate, simulateMany } from "./simulate.ts";

// `npm run simulate -- --seeds 1000000` runs as many as one likes; these are for every day.
const seeds = Number(process.env["WIREWAY_SEEDS"] ?? 1_500);

// How often a message may be transmitted on average, with everything that the roads do to it. Regression marks: what was
// seen plus a third.
const budget: Record<Profile, number> = { calm: 1.1, single: 1.7, capture: 1.5, ghost: 2.1, general: 4 };

test.each(profiles)("nothing is lost, doubled or reordered: %s", { timeout: 300_000 }, (profile) => {
  const totals = simulateMany(profile, Math.ceil(seeds / profiles.length));
  expect(totals.messages).toBeGreaterThan(seeds * 50);
  expect(totals.transmissions / totals.messages).toBeLessThan(budget[profile]);
  expect(totals.meanWaitMs).toBeLessThan(meanWaitLimitMs[profile]);
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
