import { expect, test } from "vitest";
import { FrameReader } from "./frame-reader.ts";
import { maskedFrame, opcodes } from "./masked-frame.ts";

/** A server's frame: the same without the mask. */
function plainFrame(opcode: number, payload: Buffer): Buffer {
  const masked = maskedFrame(opcode, payload);
  const header = masked.subarray(0, masked.length - payload.length - 4);
  header[1] = (header[1] as number) & 0x7f;
  return Buffer.concat([header, payload]);
}

function readAll(bytes: Buffer, chunkBytes: number): string[] {
  const heard: string[] = [];
  let text = "";
  const reader = new FrameReader({
    began: (opcode, length) => {
      text = `${opcode}:${length}:`;
    },
    part: (chunk, start, end) => {
      text += chunk.toString("latin1", start, end);
    },
    ended: () => void heard.push(text),
  });
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes);
    reader.read(chunk, chunk.length);
  }
  return heard;
}

test("frames of every length are read, however they are cut", () => {
  const payloads = [0, 1, 125, 126, 65_535, 65_536].map((length) => Buffer.alloc(length, "x"));
  const bytes = Buffer.concat(payloads.map((payload) => plainFrame(opcodes.text, payload)));
  const expected = payloads.map((payload) => `1:${payload.length}:${payload.toString()}`);
  for (const chunkBytes of [1, 3, 1_000, bytes.length]) expect(readAll(bytes, chunkBytes)).toEqual(expected);
});

test("a masked frame is not one of a server", () => {
  expect(() => readAll(maskedFrame(opcodes.text, "x"), 100)).toThrow("no mask");
});
