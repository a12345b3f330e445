import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText } from "../test/arbitraries.ts";
import { createMessage, utf8Length } from "./packet.ts";

test("counts the bytes that any text takes when it is sent, halves of pairs too", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    }),
    { numRuns: 2_000 },
  );
});

test("counts by hand what stands at the edges of the UTF-8 lengths", () => {
  const cases = [
    ["", 0],
    ["\u007f", 1],
    ["\u0080", 2],
    ["\u07ff", 2],
    ["\u0800", 3],
    ["\uffff", 3],
    ["\ud800\udc00", 4],
    ["\udbff\udfff", 4],
    // A half of a pair becomes U+FFFD.
    ["\ud800", 3],
    ["\udc00", 3],
    ["\udc00\ud800", 6],
    ["\ud800\ud800\udc00", 7],
    ["\ud800a", 4],
  ] as const;
  for (const [text, bytes] of cases) expect(utf8Length(text), JSON.stringify(text)).toBe(bytes);
});

test("a message knows its size in bytes, text or binary", () => {
  expect(createMessage('2["é"]').bytes).toBe(7);
  expect(createMessage(new Uint8Array(9).subarray(2, 5)).bytes).toBe(3);
});
