// Base64 as a packet's text holds it, to bytes; where it stands is the codec's business. The only file that knows
// engine.io-parser. Browsers in production get decode-base64-compact in its place (`#decode-base64` in package.json).

import { decodePacket } from "engine.io-parser";

/** Bytes that are nobody else's. */
export function decodeBase64(text: string): Uint8Array {
  const { data } = decodePacket(`b${text}`, "arraybuffer") as { data: ArrayBuffer };
  return new Uint8Array(data);
}
