// What MessagePack can carry of an application's values: texts, numbers, 64-bit integers, dates, binary, arrays and objects.
// What JSON reads in another way is read in that way here too: toJSON is asked, methods and symbols are left out, an
// instance becomes a plain object. What would arrive as something else altogether is refused.
// Not here: the other end's mistrust (packed-check).

import { maxAttachments, maxDepth } from "../binary-envelope.ts";
import { WirewayError } from "../errors.ts";
import { maxValues } from "./packed-check.ts";

/** Half a character: UTF-8 has no bytes for it. */
const half = /\p{Surrogate}/gu;

/**
 * The same value where it can be sent as it is, else a copy of what has to be different. The limits are those that the
 * other end holds messages to. @throws {WirewayError} `not_serializable`
 */
export function toPlain(value: unknown): unknown {
  let values = 0;
  let attachments = 0;

  function plain(value: unknown, depth: number, wasAsked = false): unknown {
    if (typeof value === "string") return wellFormed(value);
    if (typeof value === "bigint") return checkInteger(value);
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      attachments += 1;
      if (attachments > maxAttachments) throw notSerializable(`more than ${maxAttachments} attachments`);
      return bytesOf(value);
    }
    if (depth === maxDepth) throw notSerializable(`nested deeper than ${maxDepth}, or cyclic`);
    if (!wasAsked && hasToJson(value)) return plain(value.toJSON(), depth, true);
    if (Array.isArray(value)) return items(value, depth);
    if (value instanceof Map || value instanceof Set || value instanceof Promise)
      throw notSerializable("a Map, a Set or a Promise cannot be sent");
    return fields(value as Record<string, unknown>, depth);
  }

  function count(more: number): void {
    values += more;
    if (values > maxValues) throw notSerializable(`more than ${maxValues} values`);
  }

  function items(array: readonly unknown[], depth: number): readonly unknown[] {
    count(array.length);
    let copy = Object.getPrototypeOf(array) === Array.prototype ? undefined : [...array];
    for (let index = 0; index < array.length; index++) {
      const item = array[index];
      if (typeof item === "function" || typeof item === "symbol")
        throw notSerializable(`a ${typeof item} stands where only the last argument may be a function`);
      const sent = plain(item, depth + 1);
      if (Object.is(sent, item)) continue;
      copy ??= [...array];
      copy[index] = sent;
    }
    return copy ?? array;
  }

  function fields(object: Record<string, unknown>, depth: number): Record<string, unknown> {
    const keys = Object.keys(object);
    count(2 * keys.length);
    let isSame = Object.getPrototypeOf(object) === Object.prototype;
    const copy: Record<string, unknown> = {};
    for (const key of keys) {
      const field = object[key];
      const sent = plain(field, depth + 1);
      const sentKey = wellFormed(key);
      if (key === "__proto__" || typeof sent === "function" || typeof sent === "symbol") isSame = false;
      else {
        if (!Object.is(sent, field) || sentKey !== key) isSame = false;
        copy[sentKey] = sent;
      }
    }
    return isSame ? object : copy;
  }

  return plain(value, 0);
}

function wellFormed(text: string): string {
  return text.replace(half, "\ufffd");
}

function checkInteger(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value && BigInt.asUintN(64, value) !== value)
    throw notSerializable("a BigInt is beyond 64 bits");
  return value;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function notSerializable(why: string): WirewayError {
  return new WirewayError("not_serializable", { why });
}
