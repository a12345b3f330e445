// Several packets as one text, separated by U+001E: HTTP bodies, WebSocket text frames, the data of an SSE event.
// JSON escapes control characters, so that the separator never stands inside a packet.
// Source: https://socket.io/docs/v4/engine-io-protocol/#http-long-polling-1

import { decodePacket, encodePacket } from "../codec.ts";
import { WirewayError } from "../errors.ts";
import type { Packet } from "../packet.ts";

export const payloadSeparator = "\x1e";

/** A payload of more packets is refused before they are decoded: a packet takes 2 bytes on the wire and 100 in memory. */
export const maxPayloadPackets = 16_384;

export function encodePayload(packets: readonly Packet[]): string {
  if (packets.length === 1) return encodePacket(packets[0] as Packet);
  return packets.map(encodePacket).join(payloadSeparator);
}

/** @throws {WirewayError} `malformed_packet`, `too_many_packets` */
export function decodePayload(text: string): Packet[] {
  const packets: Packet[] = [];
  let start = 0;
  for (;;) {
    const end = text.indexOf(payloadSeparator, start);
    if (packets.length === maxPayloadPackets) throw new WirewayError("too_many_packets", { limit: maxPayloadPackets });
    packets.push(decodePacket(end < 0 ? text.slice(start) : text.slice(start, end)));
    if (end < 0) return packets;
    start = end + 1;
  }
}

/** Parts of the packets that each fit one payload: bounded in packets, and in bytes as far as single packets allow. */
export function payloadParts(packets: readonly Packet[], partBytes: number): (readonly Packet[])[] {
  const parts: (readonly Packet[])[] = [];
  let start = 0;
  let bytes = 0;
  for (let index = 0; index < packets.length; index++) {
    const size = (packets[index] as Packet).data.length;
    if (index > start && (bytes + size > partBytes || index - start === maxPayloadPackets)) {
      parts.push(packets.slice(start, index));
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  parts.push(start === 0 ? packets : packets.slice(start));
  return parts;
}
