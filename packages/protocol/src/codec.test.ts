import fc from "fast-check";
import { expect, test } from "vitest";
import { anyPacket, thrown } from "../test/arbitraries.ts";
import { decodePacket, encodePacket } from "./codec.ts";
import { createMessage, type Packet } from "./packet.ts";

test("a packet of any type comes back as it was", () => {
  fc.assert(
    fc.property(anyPacket(), (packet) => {
      expect(decodePacket(encodePacket(packet))).toEqual(packet);
    }),
    { numRuns: 500 },
  );
});

test("each type has the digit that Engine.IO gave it", () => {
  const types = ["open", "close", "ping", "pong", "message", "redirect", "noop"] as const;
  types.forEach((type, digit) => {
    expect(encodePacket({ type, data: "x" })).toBe(`${digit}x`);
    expect(encodePacket({ type, data: "" })).toBe(`${digit}`);
    expect(decodePacket(`${digit}`)).toEqual({ type, data: "" });
  });
  expect(encodePacket({ type: "message", data: Uint8Array.from([1, 2, 3]) })).toBe("bAQID");
});

test("a binary message is decoded into bytes of its own", () => {
  const { data } = decodePacket("bAQID");
  expect(data).toBeInstanceOf(Uint8Array);
  expect(data).not.toBeInstanceOf(Buffer);
  expect((data as Uint8Array).buffer.byteLength).toBe(3);
});

test("text that begins like no packet is refused", () => {
  const malformed = [
    "",
    "7",
    "9x",
    "a",
    "B",
    "-1",
    " 4",
    "\0",
    "é",
    "<html>",
    "[]",
    "\u0664",
    "constructor",
    "__proto__",
  ];
  for (const text of malformed)
    expect(thrown(() => decodePacket(text)).code, JSON.stringify(text)).toBe("malformed_packet");
});

test("a refusal does not repeat what was sent", () => {
  expect(thrown(() => decodePacket("secret")).message).not.toContain("secret");
});

test("a message is encoded once, however many connections carry it", () => {
  let reads = 0;
  const text = createMessage('2["news"]');
  const counted: Packet = new Proxy(text, {
    get: (target, key, receiver) => {
      if (key === "data") reads++;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  const first = encodePacket(counted);
  expect(text.encoded).toBe(first);
  reads = 0;
  expect(encodePacket(counted)).toBe(first);
  expect(reads).toBe(0);
});

test("a packet that was received is not turned into one that keeps its text", () => {
  const packet = decodePacket("4hello");
  encodePacket(packet);
  expect(Object.keys(packet)).toEqual(["type", "data"]);
});
