// What a client's message says: by the server's codec, and only where it is not larger than the terms allow.

import {
  type Envelope,
  type EventEnvelope,
  jsonCodec,
  type MessageData,
  parsePlain,
  utf8Length,
  WirewayError,
} from "@wireway/protocol";
import type { ResolvedOptions } from "./options.ts";

/** @throws {WirewayError} `message_too_large`, `malformed_envelope`, `codec_mismatch` */
export function readEnvelope(data: MessageData, { codec, terms }: ResolvedOptions): Envelope {
  const limit = terms.maxMessageBytes;
  // Most texts are far from the limit: counting their bytes would be work for nothing.
  const most = typeof data === "string" ? data.length * 3 : data.byteLength;
  const size = most > limit && typeof data === "string" ? utf8Length(data) : most;
  if (size > limit) throw new WirewayError("message_too_large", { size, limit });
  const event = codec === jsonCodec && typeof data === "string" ? readEvent(data) : undefined;
  return event ?? codec.decode(data);
}

const digits = { two: 0x32, zero: 0x30, nine: 0x39, most: 15 } as const;
const openingBracket = 0x5b;

/**
 * An event in the first namespace, which nearly all messages are, without the codec's detours. @returns undefined for
 * anything else and whatever is wrong: the codec has the word for it.
 */
function readEvent(text: string): EventEnvelope | undefined {
  if (text.charCodeAt(0) !== digits.two) return undefined;
  let start = 1;
  let id = 0;
  let unit = text.charCodeAt(start);
  while (unit >= digits.zero && unit <= digits.nine && start <= digits.most) {
    id = id * 10 + unit - digits.zero;
    unit = text.charCodeAt(++start);
  }
  if (unit !== openingBracket) return undefined;
  try {
    const args = parsePlain(text.slice(start)) as [unknown, ...unknown[]];
    if (typeof args[0] !== "string") return undefined;
    const event = args as [string, ...unknown[]];
    if (start === 1) return { type: "event", namespace: "/", args: event };
    return { type: "event", namespace: "/", id, args: event };
  } catch {
    return undefined;
  }
}

/** A message that says what its session does not allow. */
export function broken(why: string): WirewayError {
  return new WirewayError("malformed_envelope", { why });
}
