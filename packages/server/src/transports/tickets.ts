// Dials that wait for their EventSource. A ticket works once and for a short time, as it travels in a URL; what waits is
// bounded in number and bytes, because nobody has shown yet that it will be fetched.

import type { Clock } from "@wireway/protocol";
import type { Handshake } from "../handshake.ts";
import { RequestError } from "../request-error.ts";
import { secret } from "../secret.ts";
import { TimeLimit } from "../time-limit.ts";

const ticketMs = 10_000;
const maxTickets = 10_000;
const maxTicketBytes = 8_388_608;

/** A dial as it came. Kept as text: decoded packets take many times the room. */
export interface Dial {
  readonly body: string;
  /** Of the request that bought the ticket: an EventSource can show no headers. */
  readonly handshake: Handshake;
}

export class Tickets {
  readonly #dials = new Map<string, Dial>();
  readonly #limit: TimeLimit<string>;
  #bytes = 0;

  constructor(clock: Clock) {
    this.#limit = new TimeLimit(ticketMs, clock, (ticket) => this.#take(ticket));
  }

  /** @throws {RequestError} `too_many_sessions`, when too many dials wait already. */
  issue(dial: Dial): string {
    if (this.#dials.size >= maxTickets || this.#bytes + bytesOf(dial) > maxTicketBytes) {
      throw new RequestError("too_many_sessions", { limit: maxTickets });
    }
    const ticket = secret(24);
    this.#dials.set(ticket, dial);
    this.#bytes += bytesOf(dial);
    this.#limit.start(ticket);
    return ticket;
  }

  /** @throws {RequestError} `unknown_ticket` */
  redeem(ticket: string): Dial {
    const dial = this.#take(ticket);
    if (dial === undefined) throw new RequestError("unknown_ticket");
    this.#limit.stop(ticket);
    return dial;
  }

  #take(ticket: string): Dial | undefined {
    const dial = this.#dials.get(ticket);
    if (dial === undefined) return undefined;
    this.#dials.delete(ticket);
    this.#bytes -= bytesOf(dial);
    return dial;
  }
}

function bytesOf({ body, handshake }: Dial): number {
  let bytes = body.length + handshake.url.length;
  for (const value of Object.values(handshake.headers)) bytes += String(value).length;
  return bytes;
}
