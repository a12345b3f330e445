// The server's side of a conversation, whatever the library: numbered messages at a steady pace from the moment that
// somebody is there, and a log of what arrived.

import type { EndReport } from "./ends.ts";

export class Speaker {
  /** Whether there is, or was, a client: before, there is nobody to speak to. */
  isHeard = false;
  readonly #say: (number: number) => void;
  readonly #received: number[] = [];
  #sent = 0;
  #silenceMs = 0;
  #firstHeardMs: number | null = null;
  #beganAtMs: number | undefined;
  #heardAtMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(say: (number: number) => void) {
    this.#say = say;
  }

  speak(everyMs: number): void {
    this.#heardAtMs = performance.now();
    this.#beganAtMs ??= this.#heardAtMs;
    this.#timer = setInterval(() => {
      if (this.isHeard) this.#say(this.#sent++);
    }, everyMs);
  }

  hush(): void {
    clearInterval(this.#timer);
  }

  heard(number: number): void {
    const now = performance.now();
    if (this.#firstHeardMs === null) this.#firstHeardMs = now - (this.#beganAtMs ?? now);
    else this.#silenceMs = Math.max(this.#silenceMs, now - this.#heardAtMs);
    this.#heardAtMs = now;
    this.#received.push(number);
  }

  report(): EndReport {
    return {
      sent: this.#sent,
      received: [...this.#received],
      firstHeardMs: this.#firstHeardMs,
      silenceMs: this.#silenceMs,
    };
  }
}
