// The packets in a text frame. What the protocol's own decoder does, with what a frame knows beside it: that a text whose
// length is its size holds ASCII alone, and so how large each message is.

import {
  decodePacket,
  maxPayloadPackets,
  type Packet,
  payloadSeparator,
  sizeOf,
  WirewayError,
} from "@wireway/protocol";

const messageDigit = 0x34;

/** @param size of the text in bytes. @throws {WirewayError} `malformed_packet`, `too_many_packets` */
export function readPayload(text: string, size: number): Packet[] {
  const isAscii = size === text.length;
  let end = text.indexOf(payloadSeparator);
  if (end < 0) return [packetAt(text, 0, text.length, isAscii)];
  const packets: Packet[] = [];
  for (let start = 0; ; start = end + 1, end = text.indexOf(payloadSeparator, start)) {
    if (packets.length === maxPayloadPackets) throw new WirewayError("too_many_packets", { limit: maxPayloadPackets });
    packets.push(packetAt(text, start, end < 0 ? text.length : end, isAscii));
    if (end < 0) return packets;
  }
}

function packetAt(text: string, start: number, end: number, isAscii: boolean): Packet {
  if (text.charCodeAt(start) !== messageDigit) return decodePacket(text.slice(start, end));
  const data = text.slice(start + 1, end);
  return { type: "message", data, bytes: isAscii ? data.length : sizeOf(data) };
}
