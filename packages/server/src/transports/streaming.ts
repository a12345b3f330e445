// Streaming: a POST is the dial, and its response is a stream of records that stays open for the server's side.
// Source: fetch's response streaming; docs/protocol.md for the records.

import { decodePayload, encodeRecords, type Packet } from "@wireway/protocol";
import { handshakeOf } from "../handshake.ts";
import { paddingBytes } from "./held.ts";
import { readDial, send } from "./post.ts";
import { openStream, type StreamKind } from "./response-stream.ts";
import type { Exchange, Routes, TransportContext } from "./transport.ts";

const kind: StreamKind = {
  transport: "streaming",
  // Text of any kind is held by more intermediaries.
  contentType: "application/octet-stream",
  encode: encodeRecords,
  encodePadded: (packets) => encodeRecords([padded(packets[0] as Packet), ...packets.slice(1)]),
};

/** A stream begins with an `open` or a `close`: JSON, which may end in spaces. */
function padded(packet: Packet): Packet {
  const { type, data } = packet;
  return type === "open" || type === "close" ? { type, data: data + " ".repeat(paddingBytes) } : packet;
}

export function streaming(context: TransportContext): Routes {
  const dial = async (exchange: Exchange): Promise<void> => {
    const packets = decodePayload(await readDial(exchange, context));
    const handshake = handshakeOf(exchange.request, context.options);
    const refusal = await context.sessions.approveDial(packets, handshake);
    openStream(
      kind,
      exchange,
      (stream) => (refusal ? { refusal } : context.sessions.accept(stream, packets, handshake)),
      context,
    );
  };
  return {
    POST: new Map([
      ["", dial],
      ["send", (exchange: Exchange) => send(exchange, context)],
    ]),
  };
}
