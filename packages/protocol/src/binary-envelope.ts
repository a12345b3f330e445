// An event with binary arguments as one block, so that one event is one message and no state stands between messages.
// Layout: uint32 length of the text, the text envelope (UTF-8), then for each attachment a uint32 length and its bytes;
// all lengths big endian. In the text a string of U+0000 and a decimal index stands where the attachment was; a string
// that itself begins with U+0000 gets another one in front, so that no text of a user's can pass for an attachment.

import { WirewayError } from "./errors.ts";
import { parseRevived } from "./json.ts";

const mark = "\0";
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** More attachments are refused: each costs a view and a lookup whatever its size. */
export const maxAttachments = 4_096;

/** Nesting that is searched for binary values; JSON itself gives up only at the end of the stack. */
export const maxDepth = 256;

/**
 * Whether a value holds binary anywhere. @throws {WirewayError} `not_serializable`, when it is too deep or cyclic, or holds
 * what JSON would silently make something else of.
 */
export function hasBinary(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isBinary(value)) return true;
  if (depth === maxDepth) throw notSerializable("depth", depth);
  if (value instanceof Map || value instanceof Set || value instanceof Promise) throw notSerializable("collection");
  const isArray = Array.isArray(value);
  let found = false;
  for (const item of isArray ? value : Object.values(value)) {
    // As a property it is left out, which is what is wanted of an object's methods; here it would become a null.
    if (isArray && typeof item === "function") throw notSerializable("function");
    if (hasBinary(item, depth + 1)) found = true;
  }
  return found;
}

/** Packs the values' JSON, with `head` in front of it, and their binary parts into one block. */
export function packBinary(head: string, values: unknown): Uint8Array {
  const attachments: Uint8Array[] = [];
  const json = JSON.stringify(values, function (this: Record<string, unknown>, key: string, value: unknown) {
    // `value` has been through toJSON (Buffer has one); the holder still has the original.
    const original = this[key];
    if (isBinary(original)) return mark + (attachments.push(bytesOf(original)) - 1);
    return typeof value === "string" && value.startsWith(mark) ? mark + value : value;
  });
  if (attachments.length > maxAttachments) throw notSerializable("attachments", maxAttachments);
  return joinBlocks([encoder.encode(head + json), ...attachments]);
}

/**
 * The text of a packed block, and the way to parse the JSON in it, once: each attachment stands in one place, so that no
 * two arguments share their bytes. @throws {WirewayError} `malformed_envelope`
 */
export function unpackBinary(block: Uint8Array): { text: string; parse: (json: string) => unknown } {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const blocks: Uint8Array[] = [];
  let text: string;
  try {
    for (let start = 0; start < block.length; ) {
      const end = start + 4 + view.getUint32(start);
      if (end > block.length || blocks.length > maxAttachments) throw malformed();
      // Copies: an application may keep one small attachment of a large block. `slice` of a Buffer would be none.
      blocks.push(new Uint8Array(block.subarray(start + 4, end)));
      start = end;
    }
    text = decoder.decode(blocks.shift());
  } catch {
    // It ends inside a length or an attachment, or its text is not UTF-8.
    throw malformed();
  }
  // By their index as text.
  const attachments = new Map(Object.entries(blocks));
  const parse = (json: string): unknown => {
    const parsed: unknown = parseRevived(json, (_key, value) => {
      if (typeof value !== "string" || !value.startsWith(mark)) return value;
      const rest = value.slice(1);
      if (rest.startsWith(mark)) return rest;
      const attachment = attachments.get(rest);
      if (!attachments.delete(rest)) throw malformed();
      return attachment;
    });
    if (attachments.size > 0) throw malformed();
    return parsed;
  };
  return { text, parse };
}

function isBinary(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function joinBlocks(blocks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(blocks.reduce((sum, block) => sum + 4 + block.length, 0));
  const view = new DataView(joined.buffer);
  let offset = 0;
  for (const block of blocks) {
    view.setUint32(offset, block.length);
    joined.set(block, offset + 4);
    offset += 4 + block.length;
  }
  return joined;
}

/** @param why a row of what the table of errors says of arguments. */
function notSerializable(why: string, limit?: number): WirewayError {
  return new WirewayError("not_serializable", { why, ...(limit && { limit }) });
}

function malformed(): WirewayError {
  return new WirewayError("malformed_envelope", { why: "attachments" });
}
