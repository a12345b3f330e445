// Reads the ordinary frames of a client (a whole text or binary message each) in front of the receiver of `ws`, which looks at
// every byte several times. Whatever is not ordinary is handed to that receiver untouched, from the beginning of its frame on,
// and so is everything behind it until the receiver stands between two frames again: control frames, fragments, messages over
// the limit, whatever RFC 6455 forbids. So there is one place that knows the rules.
// Source: RFC 6455 section 5.2. Private parts of `ws`: the receiver, its `write`, and the fields by which it tells whether it
// stands between two frames. Where one of them is missing, `ws` reads alone.

import { isUtf8 } from "node:buffer";
import { endianness } from "node:os";
import type { WebSocket } from "ws";

/** What frames bring. */
export interface FrameSink {
  /** @param bytes what it took on the wire. */
  text(text: string, bytes: number): void;
  /** @param data is the sink's own. */
  binary(data: Uint8Array): void;
}

const reader: unique symbol = Symbol("reader");

interface Receiver {
  write(chunk: Buffer): boolean;
  readonly _state: number;
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
  readonly _errored: boolean;
  [reader]?: FrameReader;
}

/** Of the receiver: it waits for the first byte of a frame. */
const betweenFrames = 0;

const wholeText = 0x81;
const wholeBinary = 0x82;

/** First room for a frame that comes in pieces; it doubles with what has come, and not with what was announced. */
const leastRoomBytes = 4_096;

/** Payloads from here on are unmasked by words. */
const wordBytes = 128;

const isLittleEndian = endianness() === "LE";

/** @returns whether the ordinary frames go to `sink` from now on; if not, the events of the WebSocket tell of all. */
export function readFrames(webSocket: WebSocket, maxPayloadBytes: number, sink: FrameSink): boolean {
  const { _receiver: receiver } = webSocket as WebSocket & { readonly _receiver?: unknown };
  if (!isReceiver(receiver) || webSocket.extensions !== "") return false;
  receiver[reader] = new FrameReader(maxPayloadBytes, sink);
  // One function for all receivers.
  receiver.write = writeAhead;
  return true;
}

function isReceiver(given: unknown): given is Receiver {
  const { _state, _bufferedBytes, _fragmented, _errored, write } = (given ?? {}) as Partial<Receiver>;
  return (
    _state === betweenFrames &&
    _bufferedBytes === 0 &&
    _fragmented === 0 &&
    _errored === false &&
    typeof write === "function"
  );
}

function writeAhead(this: Receiver, chunk: Buffer): boolean {
  const isBusy = this._state !== betweenFrames || this._bufferedBytes > 0 || this._fragmented !== 0 || this._errored;
  const rest = isBusy ? chunk : this[reader]?.read(chunk);
  return rest === undefined || (Object.getPrototypeOf(this) as Receiver).write.call(this, rest);
}

export class FrameReader<S extends FrameSink = FrameSink> {
  readonly #maxPayloadBytes: number;
  readonly sink: S;
  /** What has come of a frame that is not complete, with room for more. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  /** How much of that frame there has to be to go on. */
  #wantedBytes = 0;

  constructor(maxPayloadBytes: number, sink: S) {
    this.#maxPayloadBytes = maxPayloadBytes;
    this.sink = sink;
  }

  /** @returns what was read of a frame that is not complete; another reader reads it. */
  take(): Buffer | undefined {
    const partial = this.#partial?.subarray(0, this.#partialBytes);
    this.#partial = undefined;
    return partial;
  }

  /**
   * @param chunk may be written over when this has returned: whatever is kept is copied.
   * @param end of what has come, behind which the chunk holds something else.
   * @returns what is not for this reader, if anything: a part of the chunk, or a copy.
   */
  read(chunk: Buffer, end: number = chunk.length): Buffer | undefined {
    let start = 0;
    while (this.#partial) {
      start = this.#append(chunk, start, end);
      if (this.#partialBytes < this.#wantedBytes) return undefined;
      const frame = this.take() as Buffer;
      if (this.#frame(frame, 0, frame.length, true) !== undefined) continue;
      return Buffer.concat([frame, chunk.subarray(start, end)]);
    }
    while (start < end) {
      const next = this.#frame(chunk, start, end, false);
      if (next === undefined) return chunk.subarray(start, end);
      start = next;
    }
    return undefined;
  }

  /** @returns where the next frame begins; undefined when this one is not ordinary. */
  #frame(bytes: Buffer, start: number, available: number, isOwn: boolean): number | undefined {
    const first = bytes[start];
    if (first !== wholeText && first !== wholeBinary) return undefined;
    if (start + 2 > available) return this.#keep(bytes, start, available, 2);
    // Whether it is masked, and the length.
    const second = bytes[start + 1] as number;
    if (second < 0x80) return undefined;
    const header = second < 0xfe ? 6 : second === 0xfe ? 8 : 14;
    const payload = start + header;
    if (payload > available) return this.#keep(bytes, start, available, header);
    const length =
      header === 6 ? second - 0x80 : header === 8 ? bytes.readUInt16BE(start + 2) : lengthOf(bytes, start + 2);
    if (length > this.#maxPayloadBytes) return undefined;
    const end = payload + length;
    if (end > available) return this.#keep(bytes, start, available, header + length);
    const isAscii = unmask(bytes, payload, end);
    if (first === wholeBinary) {
      const data = new Uint8Array(bytes.buffer, bytes.byteOffset + payload, length);
      this.sink.binary(isOwn ? data : data.slice());
    } else if (isAscii) this.sink.text(bytes.toString("latin1", payload, end), length);
    else {
      if (!isUtf8(bytes.subarray(payload, end))) {
        // As it came, for the receiver to refuse it.
        unmask(bytes, payload, end);
        return undefined;
      }
      this.sink.text(bytes.toString("utf8", payload, end), length);
    }
    return end;
  }

  /** Of a frame that is not complete. @returns the end of what has come. */
  #keep(bytes: Buffer, start: number, end: number, wantedBytes: number): number {
    this.#partialBytes = 0;
    this.#wantedBytes = wantedBytes;
    this.#partial = Buffer.allocUnsafeSlow(Math.min(wantedBytes, Math.max(leastRoomBytes, 2 * (end - start))));
    return this.#append(bytes, start, end);
  }

  /** Adds what is wanted of it to the frame that is not complete. @returns the end of that. */
  #append(bytes: Buffer, start: number, most: number): number {
    const partial = this.#partial as Buffer;
    const end = Math.min(most, start + this.#wantedBytes - this.#partialBytes);
    const whole = this.#partialBytes + end - start;
    if (whole > partial.length) {
      this.#partial = Buffer.allocUnsafeSlow(Math.min(this.#wantedBytes, Math.max(whole, 2 * partial.length)));
      partial.copy(this.#partial, 0, 0, this.#partialBytes);
    }
    bytes.copy(this.#partial as Buffer, this.#partialBytes, start, end);
    this.#partialBytes = whole;
    return end;
  }
}

function lengthOf(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

/** By the mask in the four bytes before it. Twice is as before. @returns whether the outcome is ASCII. */
function unmask(bytes: Buffer, start: number, end: number): boolean {
  const mask = start - 4;
  let index = start;
  let all = 0;
  if (isLittleEndian && end - start >= wordBytes) {
    for (; ((bytes.byteOffset + index) & 3) !== 0; index++) {
      const value = (bytes[index] as number) ^ (bytes[mask + ((index - start) & 3)] as number);
      bytes[index] = value;
      all |= value;
    }
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + index, (end - index) >> 2);
    all |= unmaskWords(words, rotated(bytes, mask, index - start));
    index += words.length * 4;
  }
  for (; index < end; index++) {
    const value = (bytes[index] as number) ^ (bytes[mask + ((index - start) & 3)] as number);
    bytes[index] = value;
    all |= value;
  }
  return all < 0x80;
}

/** The mask as it meets the first byte of a word. */
function rotated(bytes: Buffer, mask: number, shift: number): number {
  let word = 0;
  for (let place = 3; place >= 0; place--) word = (word << 8) | (bytes[mask + ((shift + place) & 3)] as number);
  return word;
}

/** @returns a byte's worth of what is beyond ASCII: 0x80, or 0. */
function unmaskWords(words: Int32Array, mask: number): number {
  let all = 0;
  for (let index = 0; index < words.length; index++) {
    const value = (words[index] as number) ^ mask;
    words[index] = value;
    all |= value;
  }
  return (all & 0x80808080) === 0 ? 0 : 0x80;
}
