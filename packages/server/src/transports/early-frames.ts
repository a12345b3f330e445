// What came behind a dial while it is found out whether that may have its session: whoever paused a socket still gets what
// had been read of it. Bounded.

import type { Packet } from "@wireway/protocol";

/** What a packet costs beside its bytes. */
const overheadBytes = 64;

export class EarlyFrames {
  readonly all: (readonly [packets: readonly Packet[], bytes: number])[] = [];
  #bytes = 0;

  /** @returns whether there was room for it. */
  keep(packets: readonly Packet[], bytes: number, maxBytes: number): boolean {
    this.#bytes += bytes + packets.length * overheadBytes;
    if (this.#bytes > maxBytes) return false;
    this.all.push([packets, bytes]);
    return true;
  }
}
