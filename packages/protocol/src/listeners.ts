// An application's listeners, on an eventemitter3 of which it is told what became of each call: what a handler returned or
// resolved with, threw or rejected with. So a handler's failure is never anybody else's.

import { EventEmitter } from "eventemitter3";

export type Listener = (...args: never[]) => unknown;

/** What becomes of the calls. Must not throw. */
export interface Outcome {
  returned?(result: unknown): void;
  failed(error: unknown): void;
}

/** How an application listens. */
export interface ListenOptions {
  /** Stops listening when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export class Listeners {
  readonly #emitter = new EventEmitter<string | symbol, Listener>();

  /** @returns what undoes it. */
  on(event: string | symbol, listener: Listener, options?: ListenOptions): () => void {
    return this.#add("on", event, listener, options);
  }

  once(event: string | symbol, listener: Listener, options?: ListenOptions): () => void {
    return this.#add("once", event, listener, options);
  }

  /** Without a listener: all of the event; without an event: all. */
  off(event?: string | symbol, listener?: Listener): void {
    if (event !== undefined && listener) this.#emitter.off(event, run, listener);
    else this.#emitter.removeAllListeners(event);
  }

  has(event: string | symbol): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  /** Calls them in order. @returns what to wait for until the last one is through; undefined when all are. */
  call(event: string | symbol, args: readonly unknown[], outcome: Outcome): Promise<unknown> | undefined {
    const pending: Promise<void>[] = [];
    this.#emitter.emit(event, args, outcome, pending);
    return pending.length > 0 ? Promise.all(pending) : undefined;
  }

  #add(how: "on" | "once", event: string | symbol, listener: Listener, { signal }: ListenOptions = {}): () => void {
    const off = (): void => {
      signal?.removeEventListener("abort", off);
      this.off(event, listener);
    };
    if (signal?.aborted) return off;
    this.#emitter[how](event, run, listener);
    signal?.addEventListener("abort", off);
    return off;
  }
}

/** The one function in all emitters; whom it calls is its context, so that no listener needs a closure of its own. */
function run(this: Listener, args: readonly never[], outcome: Outcome, pending: Promise<void>[]): void {
  try {
    const result = this(...args);
    if (!isPromise(result)) {
      outcome.returned?.(result);
      return;
    }
    const done = Promise.resolve(result).then(
      (value) => outcome.returned?.(value),
      (error: unknown) => outcome.failed(error),
    );
    pending.push(done);
  } catch (error) {
    outcome.failed(error);
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === "function";
}
