// One round of dialling: the transports that it still has to try, and what came of those that it tried.
// Not here: when the next one is tried, and what a round that got nowhere leads to (connector).

import type { CloseCause } from "@wireway/protocol";
import { explain } from "./attempts.ts";

/** Status of an answer that is none of ours: something else answers in the server's place. */
const answeredByAnother = 200;

export class Round {
  #queue: string[];
  readonly #verdicts: string[] = [];
  isIntercepted = false;
  /** How long the server asked to be left alone. */
  retryAfterMs = 0;

  constructor(transports: readonly string[]) {
    this.#queue = [...transports];
  }

  /** The transport that is tried next; undefined when all were. */
  get next(): string | undefined {
    return this.#queue[0];
  }

  get verdicts(): string {
    return this.#verdicts.join("; ");
  }

  take(): string | undefined {
    return this.#queue.shift();
  }

  /** It will be tried once more, after the others. */
  again(transport: string): void {
    this.#queue.push(transport);
  }

  failed(transport: string, cause: CloseCause): void {
    this.#verdicts.push(`${transport}: ${explain(cause)}`);
    this.isIntercepted ||= cause.code === answeredByAnother;
    if (!cause.retryAfterMs) return;
    // Somebody who can tell asks to be left alone: another transport would ask the same server.
    this.retryAfterMs = Math.max(this.retryAfterMs, cause.retryAfterMs);
    this.#queue = [];
  }
}
