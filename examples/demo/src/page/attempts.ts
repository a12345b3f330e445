// How this connection was found: the client's log of dials, newest first, while it is being written. Says nothing to
// screen readers by itself: what matters of it is in the log of events, which does.

import type { Attempt } from "@wireway/client";
import { find, make, setText } from "./elements.ts";
import { outcomeOf } from "./outcome.ts";
import { clockWords, durationWords, transportWords } from "./words.ts";

interface Row {
  readonly element: HTMLElement;
  readonly word: HTMLElement;
  readonly lasted: HTMLElement;
  readonly verdict: HTMLElement;
}

export class AttemptsView {
  readonly #list = find("attempts");
  readonly #note = find("attempts-note");
  readonly #rows = new Map<string, Row>();

  show(attempts: readonly Attempt[], nowMs: number): void {
    const gone = new Set(this.#rows.keys());
    for (const attempt of attempts) {
      // Two dials of one transport at one time would be one row; the client makes none.
      const key = `${attempt.atMs} ${attempt.transport}`;
      gone.delete(key);
      this.#fill(this.#rows.get(key) ?? this.#add(key, attempt), attempt, nowMs);
    }
    for (const key of gone) {
      this.#rows.get(key)?.element.remove();
      this.#rows.delete(key);
    }
    setText(this.#note, summary(attempts));
  }

  #add(key: string, { transport, atMs }: Attempt): Row {
    const time = make("time", {}, clockWords(performance.timeOrigin + atMs));
    const word = make("b", {});
    const lasted = make("span", { class: "lasted" });
    const verdict = make("span", { class: "verdict" });
    const name = make("span", { class: "road", "data-transport": transport }, transportWords(transport));
    const pip = make("span", { class: "pip", "aria-hidden": "true" });
    const element = make(
      "li",
      { class: "attempt" },
      time,
      pip,
      make("span", { class: "came" }, name, " ", word),
      lasted,
      verdict,
    );
    const isAtTop = this.#list.scrollTop < 4;
    this.#list.prepend(element);
    if (isAtTop) this.#list.scrollTop = 0;
    const row: Row = { element, word, lasted, verdict };
    this.#rows.set(key, row);
    return row;
  }

  #fill({ element, word, lasted, verdict }: Row, attempt: Attempt, nowMs: number): void {
    const { tone, word: outcome } = outcomeOf(attempt);
    const { atMs, endedMs, roundTripMs } = attempt;
    element.dataset["tone"] = tone;
    setText(word, outcome);
    setText(lasted, durationWords(Math.max(0, (endedMs ?? nowMs) - atMs)));
    const pace = roundTripMs === undefined ? "" : `first round trip ${durationWords(roundTripMs)}`;
    const why = endedMs === undefined ? "" : attempt.verdict;
    setText(verdict, [why, pace].filter((part) => part !== "").join(" · "));
  }
}

/** How long before the present way was dialled something else counts as the reason for it. */
const reasonMs = 15_000;

/** What serves, and what was in the way of something better. */
function summary(attempts: readonly Attempt[]): string {
  const latestFirst = [...attempts].reverse();
  const serving = latestFirst.find((attempt) => outcomeOf(attempt).tone === "good");
  if (!serving) return "nothing serves at present";
  const name = `${transportWords(serving.transport)} serves`;
  const failed = latestFirst.find(
    (attempt) => attempt.transport !== serving.transport && outcomeOf(attempt).tone === "bad",
  );
  if (!failed || failed.atMs < serving.atMs - reasonMs) return name;
  return `${transportWords(failed.transport)} ${outcomeOf(failed).word}, ${name}`;
}
