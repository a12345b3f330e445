// A function call as text, for engines that take only text, and its outcome as text. All engines use it, so that
// arguments, results and errors mean the same everywhere; no engine's own serialisation plays a part.

import type { Json } from "./tab.ts";

/** An error thrown in the page, with the page's stack below ours. */
export class PageError extends Error {
  override readonly name: string;

  constructor(name: string, message: string, pageStack: string) {
    super(message);
    this.name = name;
    if (pageStack !== "") this.stack = `${this.stack ?? ""}\n    in the page:\n${pageStack}`;
  }
}

/** The page was left while a call ran in it, so its outcome will never be known. */
export class PageLeftError extends Error {
  override readonly name = "PageLeftError";
}

type Outcome =
  | { readonly ok: true; readonly value?: Json }
  | { readonly ok: false; readonly name: string; readonly message: string; readonly stack: string };

/** Source of an expression: the promise of an outcome as JSON text. It never rejects. */
export function callSource(fnText: string, args: readonly unknown[]): string {
  return `(async () => {
  try {
    const value = await (${fnText})(...${JSON.stringify(args)});
    return JSON.stringify({ ok: true, value });
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : { name: "Error", message: String(thrown), stack: "" };
    return JSON.stringify({ ok: false, name: error.name, message: error.message, stack: String(error.stack ?? "") });
  }
})()`;
}

/** The value of an outcome, or its error thrown. */
export function readOutcome(text: string): Json | undefined {
  const outcome = JSON.parse(text) as Outcome;
  if (outcome.ok) return outcome.value;
  throw new PageError(outcome.name, outcome.message, outcome.stack);
}
