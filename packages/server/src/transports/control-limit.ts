// How often a peer may say what is no message. Rate limits count messages; this bounds the rest. A client confirms every
// 64 KiB or 256 messages, so that it says no more than 10,000 things a second below 600 MB/s. Each costs about a
// microsecond.

import type { Clock } from "@wireway/protocol";

const maxControls = 50_000;
const stretchMs = 5_000;

export class ControlLimit {
  /** In the stretch of time that is the last one. */
  #controls = 0;
  #stretch = 0;

  /** One more came. @returns whether it is in order. */
  allows(clock: Clock): boolean {
    const stretch = Math.floor(clock.now() / stretchMs);
    if (stretch !== this.#stretch) this.#controls = 0;
    this.#stretch = stretch;
    this.#controls++;
    return this.#controls <= maxControls;
  }
}
