// Packets as length-prefixed records in a byte stream: the body of a streaming response. A record is a header and a
// packet; the header's high bit marks a binary message, its other seven bits are the length, or 126 for a 16-bit and 127
// for a 64-bit length behind it, big endian. Engine.IO frames its packets on WebTransport the same way; its parser offers
// that only as asynchronous TransformStreams, so that this file has its own, pushed and synchronous.
// Source: https://socket.io/docs/v4/engine-io-protocol/#framing

import { decodePacket, encodePacket } from "../codec.ts";
import { WirewayError } from "../errors.ts";
import type { Packet } from "../packet.ts";

const binaryBit = 0x80;
const encoder = new TextEncoder();

/** All packets in one block of bytes, ready for one write. */
export function encodeRecords(packets: readonly Packet[]): Uint8Array {
  const bodies = packets.map(({ type, data }, index) =>
    type === "message" && typeof data !== "string" ? data : encoder.encode(encodePacket(packets[index] as Packet)),
  );
  const block = new Uint8Array(bodies.reduce((sum, body) => sum + headerBytes(body.length) + body.length, 0));
  let offset = 0;
  bodies.forEach((body, index) => {
    const binary = typeof packets[index]?.data === "string" ? 0 : binaryBit;
    offset = writeHeader(block, offset, body.length, binary);
    block.set(body, offset);
    offset += body.length;
  });
  return block;
}

/** Turns chunks, cut anywhere, back into packets. Holds at most one record and one chunk. */
export class RecordDecoder {
  readonly #maxRecordBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  /** Bytes from the record's start that are needed to go on. */
  #needed = 1;

  constructor(maxRecordBytes: number) {
    this.#maxRecordBytes = maxRecordBytes;
  }

  /** @throws {WirewayError} `malformed_packet`, `message_too_large`: the stream cannot be read any further. */
  push(chunk: Uint8Array): Packet[] {
    const packets: Packet[] = [];
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < this.#needed) return packets;
    const block = this.#joined();
    let start = 0;
    for (;;) {
      const left = block.length - start;
      this.#needed = this.#recordBytes(block, start, left);
      if (left < this.#needed) break;
      packets.push(this.#packet(block, start, this.#needed));
      start += this.#needed;
      this.#needed = 1;
      if (start === block.length) break;
    }
    this.#chunks = start < block.length ? [block.subarray(start)] : [];
    this.#buffered = block.length - start;
    return packets;
  }

  #joined(): Uint8Array {
    if (this.#chunks.length === 1) return this.#chunks[0] as Uint8Array;
    const block = new Uint8Array(this.#buffered);
    let offset = 0;
    for (const chunk of this.#chunks) {
      block.set(chunk, offset);
      offset += chunk.length;
    }
    return block;
  }

  /** Size of the record at `start`, or as much of it as its header tells so far. */
  #recordBytes(block: Uint8Array, start: number, left: number): number {
    if (left === 0) return 1;
    const short = (block[start] as number) & 0x7f;
    if (short < 126) return this.#checked(1, short);
    const lengthBytes = short === 126 ? 2 : 8;
    if (left < 1 + lengthBytes) return 1 + lengthBytes;
    let length = 0;
    for (let index = 1; index <= lengthBytes; index++) length = length * 256 + (block[start + index] as number);
    return this.#checked(1 + lengthBytes, length);
  }

  #checked(header: number, length: number): number {
    if (length === 0) throw new WirewayError("malformed_packet");
    if (length > this.#maxRecordBytes) {
      throw new WirewayError("message_too_large", { size: length, limit: this.#maxRecordBytes });
    }
    return header + length;
  }

  #packet(block: Uint8Array, start: number, size: number): Packet {
    const first = block[start] as number;
    const body = block.subarray(start + headerSize(first), start + size);
    // A copy, so that a small message does not keep a large chunk alive; `slice` of a Buffer would be none.
    if (first & binaryBit) return { type: "message", data: new Uint8Array(body) };
    return decodePacket(decodedText(this.#decoder, body));
  }
}

function decodedText(decoder: InstanceType<typeof TextDecoder>, body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch {
    throw new WirewayError("malformed_packet");
  }
}

function headerBytes(length: number): number {
  return length < 126 ? 1 : length < 65_536 ? 3 : 9;
}

function headerSize(first: number): number {
  const short = first & 0x7f;
  return short < 126 ? 1 : short === 126 ? 3 : 9;
}

function writeHeader(block: Uint8Array, offset: number, length: number, binary: number): number {
  const header = headerBytes(length);
  if (header === 1) block[offset] = binary | length;
  else {
    block[offset] = binary | (header === 3 ? 126 : 127);
    let rest = length;
    for (let index = header - 1; index > 0; index--) {
      block[offset + index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return offset + header;
}
