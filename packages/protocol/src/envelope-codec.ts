// How envelopes become messages: JSON, or whatever both ends were given instead. A message tells by its first character or
// byte which codec wrote it, so that a peer with another one is found out at its first word.
// Not here: packets as text or bytes (codec), which are the same whatever the messages are made of.

import { decodeEnvelope, type Envelope, encodeEnvelope } from "./envelope.ts";
import { WirewayError } from "./errors.ts";
import type { MessageData } from "./packet.ts";

/** Makes messages of envelopes and back. Both ends need the same one. */
export interface EnvelopeCodec {
  /** For people. */
  readonly name: string;
  /** The message, text or bytes. @throws {WirewayError} `not_serializable` */
  encode(envelope: Envelope): MessageData;
  /** The envelope again. @throws {WirewayError} `malformed_envelope`; `codec_mismatch` when another codec wrote it. */
  decode(message: MessageData): Envelope;
}

/** The first byte of a binary message that is not JSON's: JSON's begin with a length below 2^31. */
export const foreignByte = 128;

/** The default. */
export const jsonCodec: EnvelopeCodec = {
  name: "json",
  encode: encodeEnvelope,
  decode: (message) => {
    if (typeof message !== "string" && (message[0] ?? 0) >= foreignByte) throw new WirewayError("codec_mismatch");
    return decodeEnvelope(message);
  },
};
