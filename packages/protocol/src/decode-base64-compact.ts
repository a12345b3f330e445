// Base64 to bytes by what browsers bring themselves; engine.io-parser brings an alphabet and a loop of its own for that.

import { WirewayError } from "./errors.ts";

/** @throws {WirewayError} `malformed_packet` */
export function decodeBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new WirewayError("malformed_packet");
  }
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
