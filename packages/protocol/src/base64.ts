// Base64 for binary messages inside text payloads, synchronously on every platform: engine.io-parser's browser build
// goes through a FileReader, which would let a later packet overtake an earlier one.
// Source: RFC 4648 section 4.

// String.fromCharCode takes its bytes as arguments; engines limit how many.
const chunkBytes = 0x8000;

export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunkBytes));
  }
  return btoa(binary);
}
