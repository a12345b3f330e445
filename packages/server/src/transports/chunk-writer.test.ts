import { expect, it } from "vitest";
import { type Block, chunkOf, isLatin, sharedBlock, textBlock } from "./chunk-writer.ts";

function bytes(block: Block): string {
  return Buffer.from(sharedBlock(block)).toString("latin1");
}

it.each([
  ["hi", "2\r\nhi\r\n"],
  ["x".repeat(255), `ff\r\n${"x".repeat(255)}\r\n`],
])("puts the size in front, in hex, and an end behind", (block, chunk) => {
  expect(bytes(chunkOf(block))).toBe(chunk);
  expect(bytes(chunkOf(Buffer.from(block)))).toBe(chunk);
});

it("counts bytes and not characters", () => {
  expect(bytes(chunkOf(textBlock("größer")))).toBe(`8\r\n${Buffer.from("größer").toString("latin1")}\r\n`);
});

it("keeps each character of a text of bytes one byte", () => {
  expect(bytes(chunkOf("\x7e\x01\xff"))).toBe("3\r\n\x7e\x01\xff\r\n");
});

it("leaves only short texts of ASCII as they are", () => {
  expect(["plain", "größer", "🚀", "x".repeat(16_384), "x".repeat(16_385)].map(isLatin)).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
});
