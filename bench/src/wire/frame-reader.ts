// Reads the WebSocket frames of a server without keeping them: tells where each begins and ends, and hands over its bytes as
// they lie in the chunk. Knows no masks, no extensions and no fragments of messages, because none of the servers sends any.
// Source: RFC 6455 section 5.2.

export interface FrameSink {
  /** A frame of `length` bytes begins. */
  began(opcode: number, length: number): void;
  /** A part of it: `chunk` from `start` to `end`. Good until the call returns. */
  part(chunk: Buffer, start: number, end: number): void;
  ended(): void;
}

export class FrameReader {
  readonly #sink: FrameSink;
  /** Bytes of a header that is not complete. */
  readonly #header = Buffer.alloc(10);
  #headerBytes = 0;
  /** Bytes of the frame that are still to come. */
  #rest = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** @throws Error for what no server in these tests sends. */
  read(chunk: Buffer, length: number): void {
    let at = 0;
    while (at < length) {
      if (this.#rest > 0) {
        const end = Math.min(length, at + this.#rest);
        this.#sink.part(chunk, at, end);
        this.#rest -= end - at;
        at = end;
        if (this.#rest === 0) this.#sink.ended();
        continue;
      }
      this.#header[this.#headerBytes++] = chunk[at++] as number;
      if (this.#headerBytes >= 2 && this.#headerBytes === this.#headerLength()) this.#begin();
    }
  }

  #headerLength(): number {
    const length = this.#header[1] as number;
    if (length > 127) throw new Error("a server's frame has no mask");
    return length < 126 ? 2 : length === 126 ? 4 : 10;
  }

  #begin(): void {
    const first = this.#header[0] as number;
    const short = this.#header[1] as number;
    if ((first & 0xf0) !== 0x80) throw new Error(`no frame of these servers begins with ${first}`);
    const length =
      short < 126 ? short : short === 126 ? this.#header.readUInt16BE(2) : Number(this.#header.readBigUInt64BE(2));
    this.#headerBytes = 0;
    this.#rest = length;
    this.#sink.began(first & 0x0f, length);
    if (length === 0) this.#sink.ended();
  }
}
