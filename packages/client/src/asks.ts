// How a socket asks: events whose answers are waited for get an id, and settle only once they were taken.
// Not here: which answer belongs to which (the protocol's acknowledgements).

import type { AckLimits, Acknowledgements, Settle, WirewayError } from "@wireway/protocol";
import type { Outflow } from "./outflow.ts";

/** Gives an id to what `push` sends, and lets it settle once that was taken. @throws {WirewayError} what `push` throws. */
export function ask(
  asked: Acknowledgements,
  outflow: Outflow,
  settle: Settle,
  limits: AckLimits,
  push: (id: number) => boolean,
): boolean {
  let number: number | undefined;
  const settled: Settle = (error, answer) => {
    if (number === undefined) return;
    if (!error) outflow.answered(number);
    settle(error, answer);
  };
  const id = asked.expect(settled, limits, outflow.clock);
  try {
    const isBelow = push(id);
    number = outflow.outbox.sent;
    return isBelow;
  } catch (error) {
    // It has thrown, so that nobody is told.
    asked.fail(id, error as WirewayError);
    throw error;
  }
}
