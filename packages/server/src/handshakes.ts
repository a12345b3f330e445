// Handshakes under way: sessions that began and of which no socket was let in or refused yet. Each may keep a middleware
// busy, and a database behind it. When too many clients come at once, those above the limit are told to come back, instead
// of all of them waiting until none is answered in time.
// Not here: clients that resume. They were let in before, and always are again.

import type { Clock } from "@wireway/protocol";
import { RequestError } from "./request-error.ts";
import { TimeLimit } from "./time-limit.ts";

export interface HandshakesContext<T> {
  readonly clock: Clock;
  readonly maxHandshakes: number;
  /** How long a session may ask for nothing and be sure of its place. */
  readonly quietMs: number;
  /** Ends a session that asked for nothing, because its place is needed. */
  readonly end: (one: T) => void;
}

export class Handshakes<T> {
  readonly #context: HandshakesContext<T>;
  /** Asked for nothing yet. */
  readonly #quiet: TimeLimit<T>;
  /** The same, for too long: the oldest first, they give way. Else whoever opens sessions and falls silent shuts us. */
  readonly #late = new Set<T>();
  /** Asked to be let in; the application decides. */
  readonly #deciding = new Set<T>();

  constructor(context: HandshakesContext<T>) {
    this.#context = context;
    this.#quiet = new TimeLimit(context.quietMs, context.clock, (one) => this.#late.add(one));
  }

  get size(): number {
    return this.#quiet.size + this.#late.size + this.#deciding.size;
  }

  /** @throws {RequestError} `too_many_handshakes` */
  checkRoom(): void {
    const { maxHandshakes } = this.#context;
    if (this.size < maxHandshakes || this.#late.size > 0) return;
    throw new RequestError("too_many_handshakes", { limit: maxHandshakes });
  }

  /** Before a session begins, where there is room for it. */
  makeRoom(): void {
    const { maxHandshakes, end } = this.#context;
    if (this.size < maxHandshakes) return;
    for (const late of this.#late) {
      this.#late.delete(late);
      end(late);
      return;
    }
  }

  begin(one: T): void {
    this.#quiet.start(one);
  }

  /** It asks to be let in; not counted again when it was let in before. */
  ask(one: T): void {
    if (this.#quiet.stop(one) || this.#late.delete(one)) this.#deciding.add(one);
  }

  /** It was let in or refused, or it has ended. */
  over(one: T): void {
    this.#quiet.stop(one);
    this.#late.delete(one);
    this.#deciding.delete(one);
  }
}
