// Writes the chunks of an HTTP/1.1 response on the socket beneath it: size, content and end leave as one piece, where Node
// would hand over four. Only where nobody else has a hand in the response; any other is given the content alone.
// Source: RFC 9112 section 7.1.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { isOwn } from "../own-response.ts";

/** Bytes, or a text of which each character is one (latin1). */
export type Block = string | Uint8Array;

/** Texts up to this length are handed over as they are; Node copies them in the same call. */
const latinCharacters = 16_384;

const lineEnd = "\r\n";

/** What a response has to say of itself before chunks may be written beneath it. */
export const chunkedHeaders: readonly string[] = ["Transfer-Encoding", "chunked"];

/** Whether chunks may be written on the response's socket itself, once its head has left. */
export function takesChunks({ httpVersion }: IncomingMessage, response: ServerResponse): boolean {
  return httpVersion === "1.1" && isOwn(response) && !response.hasHeader("Transfer-Encoding");
}

/** A text as a block. */
export function textBlock(text: string): Block {
  return isLatin(text) ? text : Buffer.from(text);
}

/** Whether a text is the same in latin1 as in UTF-8, and short enough to stay a text. */
export function isLatin(text: string): boolean {
  return text.length <= latinCharacters && Buffer.byteLength(text) === text.length;
}

/** A block with its size in front and its end behind it. */
export function chunkOf(block: Block): Block {
  const head = block.length.toString(16) + lineEnd;
  if (typeof block === "string") return head + block + lineEnd;
  const chunk = Buffer.allocUnsafe(head.length + block.length + lineEnd.length);
  chunk.write(head, "latin1");
  chunk.set(block, head.length);
  chunk.write(lineEnd, head.length + block.length, "latin1");
  return chunk;
}

/** The same for many: in a form that costs least to write often. */
export function sharedBlock(block: Block): Uint8Array {
  return typeof block === "string" ? Buffer.from(block, "latin1") : block;
}

/** @param done called when it has left, or never will. */
export function writeBlock(to: Writable, block: Block, done: () => void): void {
  if (typeof block === "string") to.write(block, "latin1", done);
  else to.write(block, done);
}
