// The application's handlers of one socket, and what becomes of what they return or throw: one that fails breaks nothing but
// itself, and one that returns a value acknowledges with it.

import { EventIterator, type EventsOptions, isPromise, Listeners, Refusal } from "@wireway/protocol";
import type { Reply } from "./membership-listener.ts";
import type { ErrorHandler } from "./options.ts";
import { reportFailure } from "./platform.ts";

/** Under which those are kept who hear all; no name of a peer's is a symbol. */
export const any: unique symbol = Symbol("any");
export const anyOutgoing: unique symbol = Symbol("any outgoing");

export class Handlers {
  readonly listeners: Listeners = new Listeners();
  readonly #iterators = new Set<EventIterator<unknown[]>>();
  readonly #onerror: ErrorHandler;

  constructor(onerror: ErrorHandler) {
    this.#onerror = onerror;
  }

  iterate(event: string, options: EventsOptions): EventIterator<unknown[]> {
    return new EventIterator<unknown[]>(event, options, (iterator) => {
      this.#iterators.add(iterator);
      const stop = this.listeners.on(event, (...args: unknown[]) => iterator.push(args));
      return () => {
        this.#iterators.delete(iterator);
        stop();
      };
    });
  }

  /** No event comes any more, until the application begins again. */
  end(): void {
    for (const iterator of [...this.#iterators]) iterator.end();
  }

  /** Those of one event, or of all. */
  call(key: string | symbol, args: readonly unknown[], event: string, reply?: Reply): void {
    if (!this.listeners.has(key)) return;
    void this.listeners.call(key, args, {
      returned: (value) => {
        if (value !== undefined && reply) this.guard(event, () => reply.answer(value));
      },
      failed: (error) => {
        if (reply) this.guard(event, () => reply.fail(error));
        if (!reply || !(error instanceof Refusal)) this.#failed(error, event);
      },
    });
  }

  /** A function of the application's that is no listener. */
  guard(event: string, call: () => unknown): void {
    try {
      const result = call();
      if (isPromise(result)) void result.then(undefined, (error: unknown) => this.#failed(error, event));
    } catch (error) {
      this.#failed(error, event);
    }
  }

  #failed(error: unknown, event: string): void {
    try {
      this.#onerror(error, { event });
    } catch (more) {
      reportFailure(more);
    }
  }
}
