// Events one by one, for `for await`: what is behind `socket.events(name)`. Hears from the moment when it is made, so that
// nothing is missed between two turns of the loop; what waits is bounded.

import { WirewayError } from "./errors.ts";

/** How an iterator of events listens. */
export interface EventsOptions {
  /** Ends the iteration when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** How many events may wait for the loop; with one more the iteration fails with `too_many_waiting`. @default 4096 */
  readonly maxWaiting?: number | undefined;
}

type Loop<Args> = (result: IteratorResult<Args, undefined>) => void;

const done = { done: true, value: undefined } as const;

/** What `socket.events` gives: arrays of arguments, for `for await`. */
export class EventIterator<Args extends readonly unknown[]> implements AsyncIterableIterator<Args> {
  readonly #name: string;
  readonly #maxWaiting: number;
  readonly #signal: AbortSignal | undefined;
  #waiting: Args[] = [];
  #loops: Loop<Args>[] = [];
  #stop: (() => void) | undefined;
  #error: WirewayError | undefined;

  /** @param listen begins to listen, and returns its undo. */
  constructor(
    name: string,
    { signal, maxWaiting = 4_096 }: EventsOptions,
    listen: (iterator: EventIterator<Args>) => () => void,
  ) {
    this.#name = name;
    this.#maxWaiting = maxWaiting;
    this.#signal = signal;
    if (signal?.aborted) return;
    this.#stop = listen(this);
    signal?.addEventListener("abort", this.#aborted);
  }

  /** An event came. @internal */
  push(args: Args): void {
    const loop = this.#loops.shift();
    if (loop) loop({ done: false, value: args });
    else if (this.#waiting.push(args) > this.#maxWaiting) {
      this.#waiting = [];
      this.#error = new WirewayError("too_many_waiting", { name: this.#name, limit: this.#maxWaiting });
      this.end();
    }
  }

  /** Nothing comes any more; what waits is still handed out. @internal */
  end(): void {
    this.#signal?.removeEventListener("abort", this.#aborted);
    const stop = this.#stop;
    this.#stop = undefined;
    stop?.();
    for (const loop of this.#loops.splice(0)) loop(done);
  }

  /** The next event's arguments. Rejects with a WirewayError, `too_many_waiting`. */
  next(): Promise<IteratorResult<Args, undefined>> {
    const value = this.#waiting.shift();
    if (value) return Promise.resolve({ done: false, value });
    const error = this.#error;
    this.#error = undefined;
    if (error) return Promise.reject(error);
    if (!this.#stop) return Promise.resolve(done);
    return new Promise((resolve) => this.#loops.push(resolve));
  }

  /** Stops listening; `for await` calls it when the loop is left. */
  return(): Promise<IteratorResult<Args, undefined>> {
    this.#waiting = [];
    this.end();
    return Promise.resolve(done);
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #aborted = (): void => this.end();
}
