// When everybody falls quiet. Where silence is cut, there has to be silence: while that weather is on, the page and the
// server say nothing for most of each while. Both go by the wall clock, so that neither has to tell the other.

import type { SkyId } from "./skies.ts";

const talkMs = 4_000;
const whileMs = 12_000;

/** @param nowMs by the wall clock */
export function isHushed(active: readonly string[], nowMs: number): boolean {
  return active.includes("idle" satisfies SkyId) && nowMs % whileMs >= talkMs;
}
