// What a client's message says: by the server's codec, and only where it is not larger than the terms allow.

import { type Envelope, type MessageData, utf8Length, WirewayError } from "@wireway/protocol";
import type { ResolvedOptions } from "./options.ts";

/** @throws {WirewayError} `message_too_large`, `malformed_envelope`, `codec_mismatch` */
export function readEnvelope(data: MessageData, { codec, terms }: ResolvedOptions): Envelope {
  const limit = terms.maxMessageBytes;
  // Most texts are far from the limit: counting their bytes would be work for nothing.
  const most = typeof data === "string" ? data.length * 3 : data.byteLength;
  const size = most > limit && typeof data === "string" ? utf8Length(data) : most;
  if (size > limit) throw new WirewayError("message_too_large", { size, limit });
  return codec.decode(data);
}
