// What a socket is told when it is over. The events that the client did not confirm are read back from the messages only
// if somebody asks: a server that shuts down has thousands of sockets, and few handlers look.

import type { CloseReason, DisconnectDetails, Ending, Message, UnconfirmedEvent } from "@wireway/protocol";
import { type Dialect, eventOf } from "./dialect.ts";

export class Disconnection implements DisconnectDetails {
  readonly reason: CloseReason;
  readonly code: number;
  readonly message: string;
  readonly #dialect: Dialect;
  #messages: readonly Message[];
  #events: readonly UnconfirmedEvent[] | undefined;

  constructor({ reason, code, message }: Ending, dialect: Dialect, unconfirmed: readonly Message[]) {
    this.reason = reason;
    this.code = code;
    this.message = message;
    this.#dialect = dialect;
    this.#messages = unconfirmed;
  }

  get unconfirmed(): readonly UnconfirmedEvent[] {
    this.#events ??= this.#messages.flatMap((message) => {
      const [event, ...args] = eventOf(this.#dialect, message) ?? [];
      return event === undefined ? [] : [{ event, args }];
    });
    this.#messages = [];
    return this.#events;
  }
}
