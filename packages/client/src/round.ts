// One round of dialling: the transports that it still has to try, and what came of those that it tried.
// Not here: when the next one is tried, and what a round that got nowhere leads to (connector).

import { type CloseCause, WirewayError } from "@wireway/protocol";
import { explain } from "./dials.ts";

/** Status of an answer that is none of ours: something else answers in the server's place. */
const answeredByAnother = 200;

export class Round {
  /** What it still tries, in this order. */
  queue: string[];
  readonly #verdicts: string[] = [];
  #isIntercepted = false;
  /** How long the server asked to be left alone. */
  retryAfterMs = 0;

  constructor(queue: string[]) {
    this.queue = queue;
  }

  failed(transport: string, cause: CloseCause): void {
    this.#verdicts.push(`${transport}: ${explain(cause)}`);
    this.#isIntercepted ||= cause.code === answeredByAnother;
    if (!cause.retryAfterMs) return;
    // Somebody who can tell asks to be left alone: another transport would ask the same server.
    this.retryAfterMs = Math.max(this.retryAfterMs, cause.retryAfterMs);
    this.queue = [];
  }

  /** What is to be told of it when it got nowhere. */
  get error(): WirewayError {
    const why = this.#verdicts.join("; ");
    return new WirewayError(this.#isIntercepted ? "intercepted" : "unreachable", why ? { why } : {});
  }
}
