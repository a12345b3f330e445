// The message of an envelope that a session sends for itself: it lets in, refuses, answers new auth. What an application adds to
// a refusal may be anything: what cannot be sent is reported and left out, and the client hears the rest.
// Not here: events and their answers, which throw where they are said (dialect).

import { createMessage, type Envelope, type EnvelopeCodec, type Message } from "@wireway/protocol";

/** @throws {WirewayError} `not_serializable`, but for a refusal's data. */
export function sendableMessage(envelope: Envelope, codec: EnvelopeCodec, failed: (error: unknown) => void): Message {
  try {
    return createMessage(codec.encode(envelope));
  } catch (error) {
    if (envelope.type !== "connect_error" && envelope.type !== "error") throw error;
    failed(error);
    const { data: _left, ...words } = envelope.data;
    return createMessage(codec.encode({ ...envelope, data: words } as Envelope));
  }
}
