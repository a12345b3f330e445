// What came of a dial, at a glance: a word and a tone for each, from what the client says of it.
// Not here: the client's own words, which stand beside it.

import type { Attempt } from "@wireway/client";

/** `good` serves, `wait` goes on, `past` ended as it should, `bad` was in the way of it. */
export type Tone = "good" | "wait" | "past" | "bad";

export interface Outcome {
  readonly tone: Tone;
  readonly word: string;
}

interface Ending extends Outcome {
  readonly words: RegExp;
}

/** The first that the verdict matches. */
const endings: readonly Ending[] = [
  { words: /superseded|moved to another/, tone: "past", word: "replaced" },
  { words: /hidden|closed the session|shutting down/, tone: "past", word: "closed" },
  { words: /not answered|in time|nothing was heard/, tone: "bad", word: "silent" },
  { words: /text\/html|no payload/, tone: "bad", word: "intercepted" },
  { words: /^HTTP [45]|^Unexpected server response|^closed with code/, tone: "bad", word: "refused" },
];

export function outcomeOf({ verdict, endedMs }: Attempt): Outcome {
  if (endedMs === undefined) {
    return verdict.startsWith("serves") ? { tone: "good", word: "serves" } : { tone: "wait", word: "dialling" };
  }
  const served = verdict.startsWith("served");
  const ended = endings.find(({ words }) => words.test(verdict));
  if (ended) {
    const { tone, word } = ended;
    return tone === "past" && !served ? { tone, word: "not needed" } : { tone, word };
  }
  return { tone: "bad", word: served ? "broke" : "failed" };
}
