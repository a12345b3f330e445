// An application's listeners, on an eventemitter3 of which it is told what became of each call: what a handler returned or
// resolved with, threw or rejected with. So a handler's failure is never anybody else's.

import { EventEmitter } from "eventemitter3";

export type Listener = (...args: never[]) => unknown;

/** What becomes of the calls. Must not throw. */
export interface Outcome {
  returned?(result: unknown): void;
  failed(error: unknown): void;
}

export class Listeners {
  readonly #emitter = new EventEmitter<string | symbol, Listener>();

  /** @returns what undoes it. */
  on(event: string | symbol, listener: Listener): () => void {
    this.#emitter.on(event, run, listener);
    return () => this.off(event, listener);
  }

  once(event: string | symbol, listener: Listener): () => void {
    this.#emitter.once(event, run, listener);
    return () => this.off(event, listener);
  }

  /** Without a listener: all of the event. */
  off(event: string | symbol, listener?: Listener): void {
    if (listener) this.#emitter.off(event, run, listener);
    else this.#emitter.off(event);
  }

  has(event: string | symbol): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  /** Calls them in order. @returns what to wait for until the last one is through; undefined when all are. */
  call(event: string | symbol, args: readonly unknown[], outcome: Outcome): Promise<unknown> | undefined {
    const call = new Call(args, outcome);
    this.#emitter.emit(event, call);
    return call.pending && Promise.all(call.pending);
  }
}

class Call {
  pending: Promise<void>[] | undefined;
  readonly #args: readonly unknown[];
  readonly #outcome: Outcome;

  constructor(args: readonly unknown[], outcome: Outcome) {
    this.#args = args;
    this.#outcome = outcome;
  }

  run(listener: Listener): void {
    const outcome = this.#outcome;
    try {
      const result = listener(...(this.#args as never[]));
      if (!isPromise(result)) {
        outcome.returned?.(result);
        return;
      }
      const done = Promise.resolve(result).then(
        (value) => outcome.returned?.(value),
        (error: unknown) => outcome.failed(error),
      );
      this.pending ??= [];
      this.pending.push(done);
    } catch (error) {
      outcome.failed(error);
    }
  }
}

/** The one function in all emitters; whom it calls is its context, so that no listener needs a closure of its own. */
function run(this: Listener, call: Call): void {
  call.run(this);
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
