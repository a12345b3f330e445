// The packets in a text frame. What the protocol's own decoder does, with what a frame knows beside it: that a text whose
// length is its size holds ASCII alone, and so how large each message is.

import { decodePacket, maxPayloadPackets, type Packet, payloadSeparator, WirewayError } from "@wireway/protocol";

const messageDigit = 0x34;

/** @param size of the text in bytes. @throws {WirewayError} `malformed_packet`, `too_many_packets` */
export function readPayload(text: string, size: number): Packet[] {
  const isAscii = size === text.length;
  const packets: Packet[] = [];
  for (let start = 0; ; ) {
    const separator = text.indexOf(payloadSeparator, start);
    const end = separator < 0 ? text.length : separator;
    if (packets.length === maxPayloadPackets) throw new WirewayError("too_many_packets", { limit: maxPayloadPackets });
    if (text.charCodeAt(start) !== messageDigit) packets.push(decodePacket(text.slice(start, end)));
    else if (isAscii) packets.push({ type: "message", data: text.slice(start + 1, end), bytes: end - start - 1 });
    else packets.push({ type: "message", data: text.slice(start + 1, end) });
    if (separator < 0) return packets;
    start = end + 1;
  }
}
