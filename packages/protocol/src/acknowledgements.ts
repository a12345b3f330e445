// The application's answers: which emit waits for which acknowledgement id, and the one function through which a handler
// answers. The same for both ends' sockets. Answers that come late, twice, or for an id that was never given are ignored.
// Not here: time limits that a user sets (the socket's), confirmations of messages (the session's).

import { WirewayError } from "./errors.ts";

/** Called once: with an error when no answer will come, else with the answer's arguments. */
export type Settle = (error: WirewayError | undefined, args: readonly unknown[]) => void;

export class Acknowledgements {
  #nextId = 0;
  readonly #waiting = new Map<number, Settle>();

  /** @returns the id to send with the event. */
  expect(settle: Settle): number {
    const id = this.#nextId++;
    this.#waiting.set(id, settle);
    return id;
  }

  answered(id: number, args: readonly unknown[]): void {
    this.#take(id)?.(undefined, args);
  }

  /** Nobody waits for this one any more. */
  fail(id: number, error: WirewayError): void {
    this.#take(id)?.(error, []);
  }

  /** No answer will come to any of them. */
  failAll(error: WirewayError): void {
    for (const id of [...this.#waiting.keys()]) this.fail(id, error);
  }

  get size(): number {
    return this.#waiting.size;
  }

  #take(id: number): Settle | undefined {
    const settle = this.#waiting.get(id);
    this.#waiting.delete(id);
    return settle;
  }
}

/** A function that answers the first time it is called and does nothing after. */
export function once(answer: (args: readonly unknown[]) => void): (...args: unknown[]) => void {
  let done = false;
  return (...args) => {
    if (done) return;
    done = true;
    answer(args);
  };
}

/** Names that sockets use themselves; applications can listen to them but not emit them. */
export const reservedEvents: ReadonlySet<string> = new Set([
  "connect",
  "connect_error",
  "connection",
  "disconnect",
  "disconnecting",
  "error",
]);

/** @throws {WirewayError} `invalid_event`, `reserved_event` */
export function checkEvent(name: unknown): string {
  if (typeof name !== "string") throw new WirewayError("invalid_event");
  if (reservedEvents.has(name)) throw new WirewayError("reserved_event", { name });
  return name;
}
