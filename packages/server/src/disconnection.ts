// What a socket is told when it is over. The events that the client did not confirm are read back from the messages only
// if somebody asks: a server that shuts down has thousands of sockets, and few handlers look.

import {
  type CloseReason,
  type DisconnectDetails,
  decodeEnvelope,
  type Ending,
  type Message,
  type UnconfirmedEvent,
} from "@wireway/protocol";

export class Disconnection implements DisconnectDetails {
  readonly reason: CloseReason;
  readonly code: number;
  readonly message: string;
  readonly #namespace: string;
  #messages: readonly Message[];
  #events: readonly UnconfirmedEvent[] | undefined;

  constructor({ reason, code, message }: Ending, namespace: string, unconfirmed: readonly Message[]) {
    this.reason = reason;
    this.code = code;
    this.message = message;
    this.#namespace = namespace;
    this.#messages = unconfirmed;
  }

  get unconfirmed(): readonly UnconfirmedEvent[] {
    this.#events ??= this.#messages.flatMap(({ data }) => {
      const envelope = decodeEnvelope(data);
      if (envelope.type !== "event" || envelope.namespace !== this.#namespace) return [];
      const [event, ...args] = envelope.args;
      return [{ event, args }];
    });
    this.#messages = [];
    return this.#events;
  }
}
