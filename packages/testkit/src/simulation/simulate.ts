// Seeded runs of the simulation: the same seed gives the same run, and a failing one names the command that replays it.

import type { Profile } from "./faults.ts";
import { Violation } from "./history.ts";
import { type RunReport, World } from "./world.ts";

/** @throws {Violation} with what went wrong; its message names the seed and the command that replays it. */
export function simulate(seed: number, profile: Profile, trace?: (line: string) => void): RunReport {
  try {
    return new World(seed, profile, trace).run();
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Violation(`${what}\n  replay: npm run simulate -- --profile ${profile} --seed ${seed}`, { cause: error });
  }
}

/**
 * How long the longest wait for a confirmation may be, on average over many seeds. Regression marks between what was seen
 * and what is seen when nothing is confirmed unasked (calm), or a deaf direction is only noticed by silence (capture).
 */
export const meanWaitLimitMs: Record<Profile, number> = {
  calm: 1_500,
  single: 5_000,
  capture: 1_600,
  ghost: 11_000,
  general: 11_000,
};

export interface Totals {
  readonly messages: number;
  readonly transmissions: number;
  readonly meanWaitMs: number;
}

/** Seeds 1 to `count`. @throws {Violation} at the first that fails. */
export function simulateMany(profile: Profile, count: number, firstSeed = 1): Totals {
  let messages = 0;
  let transmissions = 0;
  let waitedMs = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const report = simulate(seed, profile);
    messages += report.messages;
    transmissions += report.transmissions;
    waitedMs += report.waitedMs;
  }
  return { messages, transmissions, meanWaitMs: waitedMs / count };
}
