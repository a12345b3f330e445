// All connections that live, whether a session has taken them or not, so that a server that closes can wait for their end,
// and cut those that do not come to one.

import type { Terminable } from "./lingering.ts";

export class Connections {
  readonly #all = new Set<Terminable>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#all.size;
  }

  add(one: Terminable): void {
    this.#all.add(one);
  }

  delete(one: Terminable): void {
    this.#all.delete(one);
    this.#changed();
  }

  terminate(): void {
    for (const one of [...this.#all]) one.terminate();
  }
}
