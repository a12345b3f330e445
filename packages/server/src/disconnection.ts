// What a socket is told when it is over. The events that the client did not confirm are read back from the messages only
// if somebody asks: a server that shuts down has thousands of sockets, and few handlers look.

import { type CloseReason, decodeEnvelope, type Ending, type Message } from "@wireway/protocol";

/** An event that was sent and not confirmed by the client; it may have arrived nevertheless. */
export interface UnconfirmedEvent {
  readonly event: string;
  readonly args: readonly unknown[];
}

/** Why a socket was disconnected, and what may not have arrived. */
export interface DisconnectDetails {
  readonly code: number;
  readonly message: string;
  /** In the order in which they were sent. */
  readonly unconfirmed: readonly UnconfirmedEvent[];
}

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
