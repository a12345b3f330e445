// Walks a MessagePack message before the decoder sees it. msgpackr believes what it reads: it defines records, compiles
// readers for them, runs every extension that anybody registered, and makes arrays as long as they claim to be. Here only
// what a codec of ours writes gets through: plain values, text keys, timestamps and `undefined`, all of it bounded.
// Not here: what an envelope has to look like (envelope), what may be sent (plain-value).
// Source: https://github.com/msgpack/msgpack/blob/master/spec.md

import { maxAttachments, maxDepth } from "../binary-envelope.ts";
import { WirewayError } from "../errors.ts";

/** Values in one message, keys among them: each costs memory whatever its size. */
export const maxValues = 1_048_576;

/** Where a text stands that begins with a byte order mark. */
export interface MarkedText {
  readonly start: number;
  readonly headBytes: number;
  readonly bytes: number;
}

/**
 * @returns the longer texts that begin with a byte order mark, which decoders of text like to swallow.
 * @throws {WirewayError} `malformed_envelope`
 */
export function checkPacked(message: Uint8Array): readonly MarkedText[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const marked: MarkedText[] = [];
  let position = 0;
  let values = 0;
  let attachments = 0;

  /** Steps over so many bytes. @returns where they begin. */
  function skip(bytes: number): number {
    const start = position;
    if (bytes > view.byteLength - start) throw malformed("it ends inside a value");
    position += bytes;
    return start;
  }

  function length(bytes: number): number {
    const at = skip(bytes);
    return bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at) : view.getUint32(at);
  }

  /** @returns how many bytes it has, and steps over them. */
  function text(start: number, bytes: number): number {
    const at = skip(bytes);
    // Up to 64 bytes msgpackr reads by hand, and keeps every character.
    if (bytes > 64 && view.getUint16(at) === 0xef_bb && view.getUint8(at + 2) === 0xbf)
      marked.push({ start, headBytes: at - start, bytes });
    return bytes;
  }

  function key(): void {
    const start = skip(1);
    const token = view.getUint8(start);
    let bytes: number;
    if (token >= 0xa0 && token < 0xc0) bytes = text(start, token - 0xa0);
    else if (token >= 0xd9 && token <= 0xdb) bytes = text(start, length(1 << (token - 0xd9)));
    else throw malformed("it has a key that is not text");
    const at = position - bytes;
    if (bytes === proto.length && proto.every((byte, index) => view.getUint8(at + index) === byte))
      throw malformed("it has a key that objects keep for themselves");
  }

  function extension(bytes: number): void {
    const type = length(1);
    skip(bytes);
    if (!(type === 0xff && timestampBytes.has(bytes)) && !(type === 0 && bytes === 1))
      throw malformed("it has an extension that is not allowed");
  }

  function items(count: number, depth: number): void {
    if (depth > maxDepth) throw malformed(`it is nested deeper than ${maxDepth}`);
    // However many are claimed: the first that is not there ends it.
    for (let index = 0; index < count; index++) value(depth + 1);
  }

  function entries(count: number, depth: number): void {
    if (depth > maxDepth) throw malformed(`it is nested deeper than ${maxDepth}`);
    values += count;
    for (let index = 0; index < count; index++) {
      key();
      value(depth + 1);
    }
  }

  function value(depth: number): void {
    values += 1;
    if (values > maxValues) throw malformed(`it has more than ${maxValues} values`);
    const start = skip(1);
    const token = view.getUint8(start);
    if (token < 0x80 || token >= 0xe0) return;
    if (token < 0x90) return entries(token - 0x80, depth);
    if (token < 0xa0) return items(token - 0x90, depth);
    if (token < 0xc0) {
      text(start, token - 0xa0);
      return;
    }
    switch (token) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        attachments += 1;
        if (attachments > maxAttachments) throw malformed(`it has more than ${maxAttachments} attachments`);
        skip(length(1 << (token - 0xc4)));
        return;
      case 0xc7:
        return extension(length(1));
      case 0xcc:
      case 0xd0:
        skip(1);
        return;
      case 0xcd:
      case 0xd1:
        skip(2);
        return;
      case 0xca:
      case 0xce:
      case 0xd2:
        skip(4);
        return;
      case 0xcb:
      case 0xcf:
      case 0xd3:
        skip(8);
        return;
      case 0xd4:
        return extension(1);
      case 0xd6:
        return extension(4);
      case 0xd7:
        return extension(8);
      case 0xd9:
      case 0xda:
      case 0xdb:
        text(start, length(1 << (token - 0xd9)));
        return;
      case 0xdc:
      case 0xdd:
        return items(length(2 << (token - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return entries(length(2 << (token - 0xde)), depth);
      default:
        throw malformed("it has a kind of value that is not allowed");
    }
  }

  value(0);
  if (position !== view.byteLength) throw malformed("there is more behind it");
  return marked;
}

/** 4, 8 and 12 as in the specification; one byte is a date that is none. */
const timestampBytes: ReadonlySet<number> = new Set([1, 4, 8, 12]);
const proto = new TextEncoder().encode("__proto__");

function malformed(why: string): WirewayError {
  return new WirewayError("malformed_envelope", { why });
}
