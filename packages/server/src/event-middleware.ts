// Runs an event through a socket's middlewares, one after the other. One with two parameters goes on with `next`; one with
// the event alone, such as an async function, by returning.

import { isPromise } from "@wireway/protocol";
import type { EventMiddleware } from "./socket-events.ts";

/** What a middleware refused an event with, and whether it said so or threw. */
export interface EventRefusal {
  readonly error: unknown;
  readonly by: "next" | "throw";
}

/**
 * Calls `decided` once: with undefined when all let the event pass, else with what one of them refused it with.
 * @returns what to wait for where one takes its time.
 */
export function decide(
  middlewares: readonly EventMiddleware[],
  event: [string, ...unknown[]],
  decided: (refusal: EventRefusal | undefined) => void,
): Promise<unknown> | undefined {
  for (const [index, middleware] of middlewares.entries()) {
    const verdict = ask(middleware, event);
    if (verdict instanceof Promise) {
      return verdict.then((late) => {
        if (late === "passes") return decide(middlewares.slice(index + 1), event, decided);
        decided(late);
        return undefined;
      });
    }
    if (verdict !== "passes") {
      decided(verdict);
      return undefined;
    }
  }
  decided(undefined);
  return undefined;
}

type Verdict = "passes" | EventRefusal;

function ask(middleware: EventMiddleware, event: [string, ...unknown[]]): Verdict | Promise<Verdict> {
  let verdict: Verdict | undefined;
  let settle = (given: Verdict): void => {
    verdict ??= given;
  };
  const threw = (error: unknown): void => settle({ error, by: "throw" });
  // Exactly one: a function of rest parameters, as wrappers are, has none and will call `next`.
  const returned = (): void => {
    if (middleware.length === 1) settle("passes");
  };
  try {
    const result = middleware(event, (error) => settle(error === undefined ? "passes" : { error, by: "next" }));
    if (isPromise(result)) void Promise.resolve(result).then(returned, threw);
    else returned();
  } catch (error) {
    threw(error);
  }
  if (verdict) return verdict;
  return new Promise((resolve) => {
    settle = resolve;
  });
}
