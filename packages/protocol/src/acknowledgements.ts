// The application's answers: which emit waits for which acknowledgement id, and the one function through which a handler
// answers. The same for both ends' sockets. Answers that come late, twice, or for an id that was never given are ignored.
// Not here: confirmations of messages (the session's).

import type { Clock } from "./clock.ts";
import { WirewayError } from "./errors.ts";

/** Called once: with an error when no answer will come, else with the answer's arguments. */
export type Settle = (error: WirewayError | undefined, args: readonly unknown[]) => void;

/** Until when an answer is waited for, beside the end of the socket. */
export interface AckLimits {
  /** In milliseconds; then it fails with `timed_out`. @default as long as the socket lives */
  readonly timeoutMs?: number | undefined;
  /** When it is aborted, it fails with `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

export class Acknowledgements {
  #nextId: number;
  readonly #step: number;
  readonly #waiting = new Map<number, Settle>();

  /** @param step so that two that share a socket never give the same id. */
  constructor(firstId = 0, step = 1) {
    this.#nextId = firstId;
    this.#step = step;
  }

  /** @returns the id to send with the event. @throws {WirewayError} `aborted`, when the signal is that already. */
  expect(settle: Settle, { timeoutMs, signal }: AckLimits = {}, clock?: Clock): number {
    if (signal?.aborted) throw new WirewayError("aborted");
    const id = this.#nextId;
    this.#nextId += this.#step;
    if (timeoutMs === undefined && !signal) {
      this.#waiting.set(id, settle);
      return id;
    }
    const timer = clock?.timer(() => this.fail(id, new WirewayError("timed_out", { limit: timeoutMs ?? 0 })));
    const abort = (): void => this.fail(id, new WirewayError("aborted"));
    signal?.addEventListener("abort", abort);
    if (clock && timeoutMs !== undefined) timer?.arm(clock.now() + timeoutMs);
    this.#waiting.set(id, (error, args) => {
      timer?.arm(Number.POSITIVE_INFINITY);
      signal?.removeEventListener("abort", abort);
      settle(error, args);
    });
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
  "drain",
  "error",
  "warning",
]);

/** @throws {WirewayError} `invalid_event`, `reserved_event` */
export function checkEvent(name: unknown): string {
  if (typeof name !== "string") throw new WirewayError("invalid_event");
  if (reservedEvents.has(name)) throw new WirewayError("reserved_event", { name });
  return name;
}
