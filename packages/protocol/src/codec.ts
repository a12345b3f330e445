// Packets to text and back. The only file that knows engine.io-parser.
// Not here: how packets are put together on a connection (framing/), what a message says (envelope).

import { decodePacket as parse } from "engine.io-parser";
import { encodeBase64 } from "./base64.ts";
import { WirewayError } from "./errors.ts";
import type { ControlType, Message, MessageData, Packet, PacketType } from "./packet.ts";

/** Each type's digit is its place. Written here, because the parser's own way to print brings files and blobs along. */
const types: readonly PacketType[] = ["open", "close", "ping", "pong", "message", "redirect", "noop"];

/** The packet as text: its type digit and its data; a binary message as `b` and base64. */
export function encodePacket(packet: Packet): string {
  if (packet.type !== "message") return types.indexOf(packet.type) + packet.data;
  // Only objects made by createMessage have the field; they are the ones that may be sent more than once.
  const message = packet as Packet & Partial<Pick<Message, "encoded">> & { data: MessageData };
  if (message.encoded !== undefined) return message.encoded;
  const { data } = message;
  if (typeof data !== "string") return encodeBinary(packet, data);
  const text = `4${data}`;
  if ("encoded" in message) {
    message.encoded = text;
    // Engines make this a view of the same text, which is then kept once and not twice until it is confirmed.
    message.data = text.slice(1);
  }
  return text;
}

/** The last binary message as text: for those who get it at the same time, and not for as long as it is unconfirmed. */
let last: { readonly packet: Packet; readonly text: string } | undefined;

function encodeBinary(packet: Packet, data: Uint8Array): string {
  if (last?.packet !== packet) last = { packet, text: `b${encodeBase64(data)}` };
  return last.text;
}

/** @throws {WirewayError} `malformed_packet`, when the text is no packet. */
export function decodePacket(text: string): Packet {
  // Most packets.
  if (text[0] === "4") return { type: "message", data: text.slice(1) };
  const parsed = parse(text, "arraybuffer") as { type: string; data?: string | ArrayBuffer };
  const { type, data } = parsed;
  if (type === "message") return { type, data: data instanceof ArrayBuffer ? new Uint8Array(data) : (data ?? "") };
  if (type === "error") throw new WirewayError("malformed_packet");
  return { type: (type === "upgrade" ? "redirect" : type) as ControlType, data: (data as string | undefined) ?? "" };
}
