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
  binary(data: Buffer): void;
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

/** A frame in more pieces is somebody's who sends byte for byte: the receiver has a limit for that. */
const maxPieces = 1_024;

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
  /** Of a frame that is not complete. */
  #pieces: Buffer[] | undefined;
  #missingBytes = 0;

  constructor(maxPayloadBytes: number, sink: S) {
    this.#maxPayloadBytes = maxPayloadBytes;
    this.sink = sink;
  }

  /** @returns what was read of a frame that is not complete; another reader reads it. */
  take(): Buffer | undefined {
    const pieces = this.#pieces;
    this.#pieces = undefined;
    return pieces && Buffer.concat(pieces);
  }

  /** @returns what is not for this reader, if anything. */
  read(chunk: Buffer): Buffer | undefined {
    let bytes = chunk;
    if (this.#pieces) {
      this.#pieces.push(chunk);
      this.#missingBytes -= chunk.length;
      if (this.#missingBytes > 0 && this.#pieces.length < maxPieces) return undefined;
      bytes = Buffer.concat(this.#pieces);
      this.#pieces = undefined;
      if (this.#missingBytes > 0) return bytes;
    }
    let start = 0;
    while (start < bytes.length) {
      const next = this.#frame(bytes, start);
      if (next === undefined) return start === 0 ? bytes : bytes.subarray(start);
      start = next;
    }
    return undefined;
  }

  /** @returns where the next frame begins; undefined when this one is not ordinary. */
  #frame(bytes: Buffer, start: number): number | undefined {
    const first = bytes[start];
    // Its second byte tells whether it is masked, and the length.
    const second = bytes[start + 1] ?? 0;
    if ((first !== wholeText && first !== wholeBinary) || second < 0x80) return undefined;
    const header = second < 0xfe ? 6 : second === 0xfe ? 8 : 14;
    const payload = start + header;
    if (payload > bytes.length) return undefined;
    const length =
      header === 6 ? second - 0x80 : header === 8 ? bytes.readUInt16BE(start + 2) : lengthOf(bytes, start + 2);
    if (length > this.#maxPayloadBytes) return undefined;
    const end = payload + length;
    if (end > bytes.length) {
      this.#pieces = [start === 0 ? bytes : bytes.subarray(start)];
      this.#missingBytes = end - bytes.length;
      return bytes.length;
    }
    const isAscii = unmask(bytes, payload, end);
    if (first === wholeBinary) this.sink.binary(bytes.subarray(payload, end));
    else if (isAscii) this.sink.text(bytes.toString("latin1", payload, end), length);
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
