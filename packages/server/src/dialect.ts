// What is spoken in one namespace: which codec, how large a message may be, what becomes of volatile events while a client is
// behind, and the contracts of both directions. Events and answers become messages here, and are checked before that, so
// that what is wrong throws at the place that said it.

import {
  ContractCheck,
  checkEvent,
  createMessage,
  type Envelope,
  type EnvelopeCodec,
  type Message,
  WirewayError,
} from "@wireway/protocol";
import { noted } from "./event-names.ts";
import { checkWhenBehind, type NamespaceOptions, type WhenBehind } from "./namespace-options.ts";
import type { ResolvedOptions } from "./options.ts";

export interface Dialect {
  readonly namespace: string;
  readonly codec: EnvelopeCodec;
  readonly maxMessageBytes: number;
  readonly whenBehind: WhenBehind;
  /** Of what clients send, and of what is answered to that. */
  readonly events: ContractCheck | undefined;
  /** Of what the server sends, and of what is answered to that. */
  readonly serverEvents: ContractCheck | undefined;
}

/** What a namespace says nothing about is as the server's options are. @throws {WirewayError} `invalid_option` */
export function dialectOf(namespace: string, options: ResolvedOptions, own: NamespaceOptions = {}): Dialect {
  const { events = options.events, serverEvents = options.serverEvents, whenBehind = options.whenBehind } = own;
  return {
    namespace,
    codec: options.codec,
    maxMessageBytes: options.terms.maxMessageBytes,
    whenBehind: checkWhenBehind(whenBehind),
    events: events && new ContractCheck(events, "events"),
    serverEvents: serverEvents && new ContractCheck(serverEvents, "serverEvents"),
  };
}

/**
 * The event as a message.
 * @throws {WirewayError} `reserved_event`, `invalid_event`, `unknown_event`, `invalid_arguments`, `message_too_large`,
 * `not_serializable`
 */
export function eventMessage(dialect: Dialect, event: string, args: readonly unknown[], id?: number): Message {
  const given = dialect.serverEvents?.argsNow(checkEvent(event), args) ?? args;
  const named: [string, ...unknown[]] = [checkEvent(event), ...given];
  const { namespace } = dialect;
  return noted(encode(dialect, { type: "event", namespace, args: named, ...(id !== undefined && { id }) }), event);
}

/** @throws {WirewayError} `message_too_large`, `not_serializable` */
export function encode({ codec, maxMessageBytes: limit }: Dialect, envelope: Envelope): Message {
  const data = codec.encode(envelope);
  const message = createMessage(data, Buffer.byteLength(data));
  if (message.bytes > limit) throw new WirewayError("message_too_large", { size: message.bytes, limit });
  return message;
}

/** The event in a message, read back: its name and arguments; undefined for anything else, or for another namespace's. */
export function eventOf({ codec, namespace }: Dialect, { data }: Message): readonly [string, ...unknown[]] | undefined {
  const envelope = codec.decode(data);
  return envelope.type === "event" && envelope.namespace === namespace ? envelope.args : undefined;
}
