// Packets to text and back. The only file that knows engine.io-parser.
// Not here: how packets are put together on a connection (framing/), what a message says (envelope).

import { decodePacket as parse, encodePacket as print } from "engine.io-parser";
import { encodeBase64 } from "./base64.ts";
import { WirewayError } from "./errors.ts";
import type { ControlType, Message, Packet } from "./packet.ts";

/** The packet as text: its type digit and its data; a binary message as `b` and base64. */
export function encodePacket(packet: Packet): string {
  if (packet.type !== "message") return printed(packet.type === "redirect" ? "upgrade" : packet.type, packet.data);
  const message = packet as Packet & Partial<Message>;
  if (message.encoded !== undefined) return message.encoded;
  const { data } = packet;
  const text = typeof data === "string" ? printed("message", data) : `b${encodeBase64(data)}`;
  // Only objects made by createMessage have the field; they are the ones that may be sent more than once.
  if ("encoded" in message) message.encoded = text;
  return text;
}

/** @throws {WirewayError} `malformed_packet`, when the text is no packet. */
export function decodePacket(text: string): Packet {
  const parsed = parse(text, "arraybuffer") as { type: string; data?: string | ArrayBuffer };
  const { type, data } = parsed;
  if (type === "message") return { type, data: data instanceof ArrayBuffer ? new Uint8Array(data) : (data ?? "") };
  if (type === "error") throw new WirewayError("malformed_packet");
  return { type: (type === "upgrade" ? "redirect" : type) as ControlType, data: (data as string | undefined) ?? "" };
}

function printed(type: "message" | "open" | "close" | "ping" | "pong" | "upgrade" | "noop", data: string): string {
  let text = "";
  // For text the parser calls back before it returns.
  print({ type, data }, false, (encoded: string) => {
    text = encoded;
  });
  return text;
}
