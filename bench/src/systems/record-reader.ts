// Reads the records of a streaming response, cut anywhere, into packets.
// Source: docs/protocol.md, RecordStream.

import type { PacketReader } from "./packet-reader.ts";

export class RecordReader {
  readonly #packets: PacketReader;
  /** Bytes of the header that came, and how many it has. */
  #header: number[] = [];
  #isBinary = false;
  #rest = 0;

  constructor(packets: PacketReader) {
    this.#packets = packets;
  }

  part(chunk: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#rest === 0) {
        this.#readHeader(chunk[at++] as number);
        continue;
      }
      const stop = Math.min(end, at + this.#rest);
      if (!this.#isBinary) this.#packets.text(chunk, at, stop);
      this.#rest -= stop - at;
      at = stop;
      if (this.#rest > 0) continue;
      if (this.#isBinary) this.#packets.binaryEnd();
      else this.#packets.end();
    }
  }

  #readHeader(byte: number): void {
    this.#header.push(byte);
    const [first = 0, ...lengthBytes] = this.#header;
    const short = first & 0x7f;
    const expected = short < 126 ? 0 : short === 126 ? 2 : 8;
    if (lengthBytes.length < expected) return;
    this.#header = [];
    this.#isBinary = first > 0x7f;
    this.#rest = expected === 0 ? short : lengthBytes.reduce((sum, digit) => sum * 256 + digit, 0);
    if (this.#isBinary) this.#packets.binary(this.#rest);
  }
}
