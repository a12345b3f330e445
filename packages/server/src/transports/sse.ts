// Server-Sent Events: an EventSource can only GET, and what it asks for ends in access logs. So the dial is a POST that is
// answered with a ticket, and the GET that shows the ticket becomes the stream.
// Source: WHATWG HTML, section 9.2 "Server-sent events".

import { decodePayload, encodeEvent, Registry, WirewayError } from "@wireway/protocol";
import { answerJson } from "../answer.ts";
import { paddingBytes } from "./held.ts";
import { readDial, send } from "./post.ts";
import { openStream, type StreamKind } from "./response-stream.ts";
import { Tickets } from "./tickets.ts";
import type { Exchange, Routes, TransportContext } from "./transport.ts";

/** Comments, in lines that are far below any reader's limit. */
const comment = `:${" ".repeat(62)}\n`;
const padding = `${comment.repeat(paddingBytes / comment.length)}\n`;

const kind: StreamKind = {
  transport: "sse",
  contentType: "text/event-stream; charset=utf-8",
  encode: encodeEvent,
  encodePadded: (packets) => padding + encodeEvent(packets),
};

export function sse(context: TransportContext): Routes {
  const tickets = new Tickets(context.clock);
  const sell = async (exchange: Exchange): Promise<void> => {
    const body = await readDial(exchange, context);
    const packets = decodePayload(body);
    if (!Registry.dials(packets)) throw new WirewayError("malformed_open", { why: "a dial names no epoch" });
    // An EventSource does not show how its GET was refused.
    context.sessions.check(packets);
    answerJson(exchange.response, { ticket: tickets.issue(body) });
  };
  const dial = (exchange: Exchange): void => {
    // Kept as text until now: decoded packets take many times the room.
    openStream(kind, exchange, decodePayload(tickets.redeem(exchange.query.get("ticket") ?? "")), context);
  };
  return {
    GET: new Map([["", dial]]),
    POST: new Map([
      ["ticket", sell],
      ["send", (exchange: Exchange) => send(exchange, context)],
    ]),
  };
}
