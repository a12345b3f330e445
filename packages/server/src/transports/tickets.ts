// Dials that wait for their EventSource. A ticket works once and for a short time, as it travels in a URL; what waits is
// bounded in number and bytes, because nobody has shown yet that it will be fetched.

import { randomBytes } from "node:crypto";
import type { Clock } from "@wireway/protocol";
import { RequestError } from "../request-error.ts";
import { TimeLimit } from "../time-limit.ts";

const ticketMs = 10_000;
const maxTickets = 10_000;
const maxTicketBytes = 8_388_608;

export class Tickets {
  readonly #bodies = new Map<string, string>();
  readonly #limit: TimeLimit<string>;
  #bytes = 0;

  constructor(clock: Clock) {
    this.#limit = new TimeLimit(ticketMs, clock, (ticket) => this.#take(ticket));
  }

  /** @throws {RequestError} `too_many_sessions`, when too many dials wait already. */
  issue(body: string): string {
    if (this.#bodies.size >= maxTickets || this.#bytes + body.length > maxTicketBytes) {
      throw new RequestError("too_many_sessions", { limit: maxTickets });
    }
    const ticket = randomBytes(24).toString("base64url");
    this.#bodies.set(ticket, body);
    this.#bytes += body.length;
    this.#limit.start(ticket);
    return ticket;
  }

  /** @throws {RequestError} `unknown_ticket` */
  redeem(ticket: string): string {
    const body = this.#take(ticket);
    if (body === undefined) throw new RequestError("unknown_ticket");
    this.#limit.stop(ticket);
    return body;
  }

  #take(ticket: string): string | undefined {
    const body = this.#bodies.get(ticket);
    if (body === undefined) return undefined;
    this.#bodies.delete(ticket);
    this.#bytes -= body.length;
    return body;
  }
}
