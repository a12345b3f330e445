// Waiting for something to become true in a page, for every engine alike: the page asks itself often, so nothing
// is missed for the length of a round trip, and the test asks the page again when it was left meanwhile.

import { callSource, PageLeftError, readOutcome } from "./page-call.ts";
import type { Json, PageFunction, WaitOptions } from "./tab.ts";

const defaultTimeoutMs = 10_000;
const askIntervalMs = 20;

/** Runs the source of an outcome (see page-call.ts) in the page and gives its text. */
export type RunSource = (source: string) => Promise<string>;

/** The value of one call in the page. */
export async function evaluateIn<Args extends readonly Json[], Result>(
  run: RunSource,
  fn: PageFunction<Args, Result>,
  args: Args,
): Promise<Awaited<Result>> {
  return readOutcome(await run(callSource(fn.toString(), args))) as Awaited<Result>;
}

/** The first truthy value of repeated calls in the page. */
export async function waitIn<Args extends readonly Json[], Result>(
  run: RunSource,
  fn: PageFunction<Args, Result>,
  options: WaitOptions<Args> = {},
): Promise<Awaited<Result>> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const leftMs = Math.max(0, deadlineMs - performance.now());
    const askText = `(...rest) => (${askUntilTrue.toString()})(${fn.toString()}, ...rest)`;
    const source = callSource(askText, [options.args ?? [], leftMs, askIntervalMs]);
    try {
      const answer = readOutcome(await run(source)) as { value?: Json } | undefined;
      if (answer?.value !== undefined) return answer.value as Awaited<Result>;
    } catch (error) {
      if (!(error instanceof PageLeftError)) throw error;
    }
    if (performance.now() >= deadlineMs) throw new Error(`not true within ${timeoutMs} ms: ${fn.toString()}`);
  }
}

// Runs in the page, put around the test's own function.
async function askUntilTrue(
  ask: (...args: readonly Json[]) => unknown,
  args: readonly Json[],
  timeoutMs: number,
  intervalMs: number,
): Promise<{ value?: unknown }> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask(...args);
    if (value) return { value };
    if (performance.now() >= endMs) return {};
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
