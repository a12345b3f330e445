// Joins servers of one process: for tests, and as the reference for adapters that go over a network.

import type { Adapter } from "./adapter.ts";

/** Servers whose adapters are of one hub hear each other. */
export class MemoryHub {
  readonly #open = new Map<MemoryAdapter, (data: Uint8Array) => void>();

  /** For one server's option `adapter`. */
  adapter(): Adapter {
    return new MemoryAdapter(this.#open);
  }
}

class MemoryAdapter implements Adapter {
  readonly #open: Map<MemoryAdapter, (data: Uint8Array) => void>;

  constructor(open: Map<MemoryAdapter, (data: Uint8Array) => void>) {
    this.#open = open;
  }

  open(receive: (data: Uint8Array) => void): void {
    this.#open.set(this, receive);
  }

  publish(data: Uint8Array): void {
    for (const other of this.#open.keys()) {
      // Later, as from a network: who publishes is never called back from inside.
      if (other !== this) queueMicrotask(() => this.#open.get(other)?.(data));
    }
  }

  close(): void {
    this.#open.delete(this);
  }
}
