// Reads the events of an `sse` response, cut anywhere, into packets: each is one line of data and an empty one.
// Source: docs/protocol.md, EventStream.

import type { PacketReader } from "./packet-reader.ts";

const lineFeed = 10;
const prefixBytes = "data: ".length;

export class EventReader {
  readonly #packets: PacketReader;
  /** Bytes of the line so far. */
  #at = 0;

  constructor(packets: PacketReader) {
    this.#packets = packets;
  }

  part(chunk: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const found = chunk.indexOf(lineFeed, at);
      const stop = found < 0 || found >= end ? end : found;
      const skip = Math.min(Math.max(0, prefixBytes - this.#at), stop - at);
      this.#at += stop - at;
      if (stop > at + skip) this.#packets.text(chunk, at + skip, stop);
      if (stop < end) {
        if (this.#at > 0) this.#packets.end();
        this.#at = 0;
      }
      at = stop + 1;
    }
  }
}
