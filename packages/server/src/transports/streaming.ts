// Streaming: a POST is the dial, and its response is a stream of records that stays open for the server's side.
// Source: fetch's response streaming; docs/protocol.md for the records.

import { decodePayload, encodePayload, encodeRecords, type Packet } from "@wireway/protocol";
import { handshakeOf } from "../handshake.ts";
import type { RouteHandler, TransportRoutes } from "../routes.ts";
import { type Block, isLatin } from "./chunk-writer.ts";
import { paddingBytes } from "./held.ts";
import { maxDialBytes, send, whenApproved } from "./post.ts";
import { openStream, type StreamKind } from "./response-stream.ts";
import { StreamContents } from "./stream-contents.ts";
import type { TransportContext } from "./transport.ts";

const kind: StreamKind = {
  transport: "streaming",
  // Text of any kind is held by more intermediaries.
  contentType: "application/octet-stream",
  contents: new StreamContents(recordsBlock),
  encodePadded: (packets) => encodeRecords([padded(packets[0] as Packet), ...packets.slice(1)]),
};

/** Records of short texts of ASCII are one short text themselves, which costs least to write. */
function recordsBlock(packets: readonly Packet[]): Block {
  let block = "";
  for (const packet of packets) {
    const text = typeof packet.data === "string" ? encodePayload([packet]) : undefined;
    if (text === undefined || !isLatin(text)) return encodeRecords(packets);
    block += latinRecord(text);
  }
  return block;
}

function latinRecord(text: string): string {
  const { length } = text;
  const header = length < 126 ? String.fromCharCode(length) : String.fromCharCode(126, length >> 8, length & 255);
  return header + text;
}

/** A stream begins with an `open` or a `close`: JSON, which may end in spaces. */
function padded(packet: Packet): Packet {
  const { type, data } = packet;
  return type === "open" || type === "close" ? { type, data: data + " ".repeat(paddingBytes) } : packet;
}

export function streaming(context: TransportContext): TransportRoutes {
  const { options, sessions } = context;
  const dial: RouteHandler = {
    maxBodyBytes: maxDialBytes,
    handle(exchange, body) {
      const packets = decodePayload(body);
      const handshake = handshakeOf(exchange.request, options);
      return whenApproved(sessions.approveDial(packets, handshake), (refusal) =>
        openStream(
          kind,
          exchange,
          (stream) => (refusal ? { refusal } : sessions.accept(stream, packets, handshake)),
          context,
        ),
      );
    },
  };
  return {
    POST: new Map([
      ["", dial],
      ["send", send(context)],
    ]),
  };
}
