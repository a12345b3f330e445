// Envelopes as MessagePack: `[type, namespace, id or nil, data]`, always binary, and the first byte tells them from JSON's.
// On a sub-path of its own, because it brings a library along, which the application has to install: msgpackr. Of that only
// plain values are used: no records, so nothing is ever compiled, and a page may forbid `eval`.
// Not here: what a message may hold (packed-check), what may be sent (plain-value).
// Source: https://github.com/msgpack/msgpack/blob/master/spec.md

import { Packr, RESET_BUFFER_MODE } from "msgpackr/pack";
import { type Envelope, envelopeOf, envelopeTypes, notSerializable } from "../envelope.ts";
import { type EnvelopeCodec, foreignByte } from "../envelope-codec.ts";
import { WirewayError } from "../errors.ts";
import type { MessageData } from "../packet.ts";
import { checkPacked, type MarkedText } from "./packed-check.ts";
import { toPlain } from "./plain-value.ts";

/**
 * What arrives of what was sent:
 *
 * | sent                                         | arrives                                          |
 * | -------------------------------------------- | ------------------------------------------------ |
 * | text, boolean, null                          | the same; half of a surrogate pair as U+FFFD     |
 * | number                                       | the same, NaN and Infinity too; -0 as 0          |
 * | `undefined`                                  | `undefined`, also as an object's field           |
 * | `Date`                                       | a `Date`, an invalid one too                     |
 * | `BigInt` of up to 64 bits                    | a `BigInt`                                       |
 * | `ArrayBuffer`, `Buffer`, any view on one     | `Uint8Array`, of its own                         |
 * | array, object                                | the same, without methods and `__proto__`        |
 * | an instance, an object with `toJSON`         | a plain object of its fields; what `toJSON` says |
 * | `Map`, `Set`, `Promise`, a larger `BigInt`   | `emit` throws `not_serializable`                 |
 * | cycles, a function that is no callback       | `emit` throws `not_serializable`                 |
 *
 * Limits, in both directions: 256 levels, 4096 binary values and 1,048,576 values in a message, keys counted.
 */
export const msgpackCodec: EnvelopeCodec = {
  name: "msgpack",
  encode,
  decode,
};

const packr = new Packr({ useRecords: false, variableMapSize: true, useToJSON: false, copyBuffers: true });

/** An array of four. */
const firstByte = 0x94;

function encode(envelope: Envelope): MessageData {
  const id = "id" in envelope ? envelope.id : undefined;
  const data = "args" in envelope ? envelope.args : "data" in envelope ? envelope.data : undefined;
  try {
    const parts = [
      envelopeTypes.indexOf(envelope.type),
      envelope.namespace,
      id ?? null,
      data === undefined ? null : toPlain(data),
    ];
    // A copy: msgpackr goes on writing into the same block, and would be kept alive by the smallest message.
    return new Uint8Array(packr.pack(parts, RESET_BUFFER_MODE));
  } catch (error) {
    throw notSerializable(error);
  }
}

function decode(message: MessageData): Envelope {
  if (typeof message === "string" || (message[0] ?? firstByte) < foreignByte) throw new WirewayError("codec_mismatch");
  if (message[0] !== firstByte) throw malformed("it is not an array of four");
  // Not the Buffer that it may be: that would hand out parts of itself.
  const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  const [digit, namespace, id, data] = unpack(bytes);
  const type = typeof digit === "number" ? envelopeTypes[digit] : undefined;
  if (!type) throw malformed("it has no type");
  if (typeof namespace !== "string") throw malformed("it has no namespace");
  if (id !== null && !isId(id)) throw malformed("its id is not a number of that kind");
  return envelopeOf(type, namespace, id ?? undefined, data ?? undefined);
}

function unpack(bytes: Uint8Array): readonly unknown[] {
  const marked = checkPacked(bytes);
  return packr.unpack(marked.length > 0 && losesMarks() ? withTwoMarks(bytes, marked) : bytes) as readonly unknown[];
}

/** At most the 15 digits of an id in an envelope of JSON. */
function isId(id: unknown): id is number {
  return typeof id === "number" && Number.isInteger(id) && id >= 0 && id < 1e15;
}

/** Whether this msgpackr takes a byte order mark that begins a longer text for none of its characters. */
function losesMarks(): boolean {
  const text = `\ufeff${"-".repeat(80)}`;
  return packr.unpack(new Uint8Array(packr.pack(text, RESET_BUFFER_MODE))) !== text;
}

/** The same message where each of these texts begins with one more mark, for the decoder to take. */
function withTwoMarks(bytes: Uint8Array, texts: readonly MarkedText[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const text of texts) {
    const length = text.bytes + mark.length;
    // A text of the largest kind, whose head says its length in four bytes.
    const head = [0xdb, (length >>> 24) & 0xff, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff];
    parts.push(bytes.subarray(end, text.start), new Uint8Array([...head, ...mark]));
    end = text.start + text.headBytes;
  }
  parts.push(bytes.subarray(end));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

const mark = [0xef, 0xbb, 0xbf];

function malformed(why: string): WirewayError {
  return new WirewayError("malformed_envelope", { why });
}
