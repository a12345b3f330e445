// What came down a connection, until somebody asks for it: packets in order, with the time of each.

import type { Packet, PacketType } from "@wireway/protocol";

export interface Arrival {
  readonly packet: Packet;
  readonly atMs: number;
}

export class PacketInbox {
  #arrivals: Arrival[] = [];
  #wake: (() => void) | undefined;
  /** How the connection ended; undefined while it lives. */
  ended: string | undefined;

  push(packets: readonly Packet[]): void {
    const atMs = performance.now();
    for (const packet of packets) this.#arrivals.push({ packet, atMs });
    this.#wake?.();
  }

  end(how: string): void {
    this.ended ??= how;
    this.#wake?.();
  }

  /** The next packet of that type; those before it are dropped. Undefined when it is late, or the connection ended before. */
  async take(type: PacketType, limitMs: number): Promise<Arrival | undefined> {
    const deadlineMs = performance.now() + limitMs;
    for (;;) {
      for (let next = this.#arrivals.shift(); next; next = this.#arrivals.shift()) {
        if (next.packet.type === type) return next;
        // What ends the session ends the waiting for anything else.
        if (next.packet.type === "close") this.end(`the server closed it: ${String(next.packet.data)}`);
      }
      const leftMs = deadlineMs - performance.now();
      if (this.ended !== undefined || leftMs <= 0) return undefined;
      await this.#change(leftMs);
    }
  }

  /** Resolves when the connection has ended, or after the limit. @returns how it ended. */
  async endsWithin(limitMs: number): Promise<string | undefined> {
    const deadlineMs = performance.now() + limitMs;
    while (this.ended === undefined) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return undefined;
      await this.#change(leftMs);
    }
    return this.ended;
  }

  #change(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      this.#wake = done;
    });
  }
}
