// What came of a dial, at a glance: a word and a tone for each, from the reason that the client gives for its end.
// Not here: the client's own words, which stand beside it.

import type { Attempt, CloseReason } from "@wireway/client";

/** `good` serves, `wait` goes on, `past` ended as it should, `bad` was in the way of it. */
export type Tone = "good" | "wait" | "past" | "bad";

export interface Outcome {
  readonly tone: Tone;
  readonly word: string;
}

/** What ended as it should, and what fell silent; the rest broke, or was refused. */
const past: readonly CloseReason[] = ["superseded", "suspended", "closed", "server_closing"];
const silent: readonly CloseReason[] = ["silent", "stalled", "unproven", "unanswered"];

export function outcomeOf({ reason, code, endedMs, roundTripMs, verdict }: Attempt): Outcome {
  if (endedMs === undefined || reason === undefined) {
    return roundTripMs === undefined ? { tone: "wait", word: "dialling" } : { tone: "good", word: "serves" };
  }
  const served = verdict.startsWith("served");
  if (past.includes(reason)) return { tone: "past", word: served ? word(reason) : "not needed" };
  if (silent.includes(reason)) return { tone: "bad", word: "silent" };
  // Something else answered where the server should have.
  if (code === 200) return { tone: "bad", word: "intercepted" };
  const failed = code === undefined ? "failed" : "refused";
  return { tone: "bad", word: served ? "broke" : failed };
}

function word(reason: CloseReason): string {
  return reason === "superseded" ? "replaced" : "closed";
}
