// Server-Sent Events: an EventSource can only GET, and what it asks for ends in access logs. So the dial is a POST that is
// answered with a ticket, and the GET that shows the ticket becomes the stream.
// Source: WHATWG HTML, section 9.2 "Server-sent events".

import { decodePayload, encodeEvent, encodePayload, openPacket, Registry, WirewayError } from "@wireway/protocol";
import { answerJson } from "../answer.ts";
import { handshakeOf } from "../handshake.ts";
import type { RouteHandler, TransportRoutes } from "../routes.ts";
import { textBlock } from "./chunk-writer.ts";
import { paddingBytes } from "./held.ts";
import { maxDialBytes, send, whenApproved } from "./post.ts";
import { openStream, type StreamKind } from "./response-stream.ts";
import { StreamContents } from "./stream-contents.ts";
import { Tickets } from "./tickets.ts";
import type { TransportContext } from "./transport.ts";

/** Comments, in lines that are far below any reader's limit. */
const comment = `:${" ".repeat(62)}\n`;
const padding = `${comment.repeat(paddingBytes / comment.length)}\n`;

/** What the ticket of whoever was refused stands for: a dial of a session that does not exist. */
const ofNobody = encodePayload([openPacket({ token: "refused".repeat(4), received: 0 })]);

const kind: StreamKind = {
  transport: "sse",
  contentType: "text/event-stream; charset=utf-8",
  contents: new StreamContents((packets) => textBlock(encodeEvent(packets))),
  encodePadded: (packets) => textBlock(padding + encodeEvent(packets)),
};

export function sse(context: TransportContext): TransportRoutes {
  const { options, sessions } = context;
  const tickets = new Tickets(context.clock);
  const sell: RouteHandler = {
    maxBodyBytes: maxDialBytes,
    handle(exchange, body) {
      const packets = decodePayload(body);
      if (!Registry.dials(packets)) throw new WirewayError("malformed_open", { why: "a dial names no epoch" });
      const handshake = handshakeOf(exchange.request, options);
      // Asked here and not when the ticket is shown: an EventSource cannot show an Authorization header.
      return whenApproved(sessions.approveDial(packets, handshake), (refusal) => {
        if (!exchange.isAnswerable) return;
        // An EventSource does not show how its GET was refused either, so that a full server says so here.
        sessions.check(packets);
        answerJson(exchange, { ticket: tickets.issue({ body: refusal ? ofNobody : body, handshake }) });
      });
    },
  };
  const dial: RouteHandler = {
    maxBodyBytes: undefined,
    handle(exchange) {
      const { body, handshake } = tickets.redeem(exchange.query.get("ticket") ?? "");
      openStream(kind, exchange, (stream) => sessions.accept(stream, decodePayload(body), handshake), context);
    },
  };
  return {
    GET: new Map([["", dial]]),
    POST: new Map([
      ["ticket", sell],
      ["send", send(context)],
    ]),
  };
}
