// Connections that were told to end and have not ended yet: bytes may still have to leave, or the peer may never answer.
// They are cut when nothing has left for a while, and in any case after a longer one.

import type { Clock } from "@wireway/protocol";
import { TimeLimit } from "./time-limit.ts";

const pauseMs = 2_000;
const maxPauses = 15;

/** What can be cut off. */
export interface Terminable {
  /** Bytes that have left so far. */
  readonly bytesLeft: number;
  /** Ends it without another word. */
  terminate(): void;
}

export class Lingering {
  readonly #limit: TimeLimit<Terminable>;
  readonly #seen = new Map<Terminable, { bytesLeft: number; pauses: number }>();

  constructor(clock: Clock) {
    this.#limit = new TimeLimit(pauseMs, clock, (one) => this.#look(one));
  }

  add(one: Terminable): void {
    this.#seen.set(one, { bytesLeft: one.bytesLeft, pauses: 0 });
    this.#limit.start(one);
  }

  /** It has ended. */
  delete(one: Terminable): void {
    if (this.#seen.delete(one)) this.#limit.stop(one);
  }

  #look(one: Terminable): void {
    const seen = this.#seen.get(one);
    if (!seen) return;
    const { bytesLeft } = one;
    const moves = bytesLeft > seen.bytesLeft && ++seen.pauses < maxPauses;
    seen.bytesLeft = bytesLeft;
    if (moves) {
      this.#limit.start(one);
      return;
    }
    this.#seen.delete(one);
    one.terminate();
  }
}
