import fc from "fast-check";
import { expect, test } from "vitest";
import { anyPacket, thrown } from "../../test/arbitraries.ts";
import type { Packet } from "../packet.ts";
import { decodePayload, encodePayload, maxPayloadPackets, payloadParts } from "./payload.ts";

const noop: Packet = { type: "noop", data: "" };
// JSON never leaves the separator in a packet.
const packets = fc.array(anyPacket({ without: "\x1e" }), { minLength: 1, maxLength: 20 });

test("packets come back as they were and in their order", () => {
  fc.assert(
    fc.property(packets, (given) => {
      expect(decodePayload(encodePayload(given))).toEqual(given);
    }),
  );
});

test("a payload with a hole is refused", () => {
  for (const text of ["", "\x1e", "4a\x1e", "\x1e4a", "4a\x1e\x1e4b", "4a\x1e7", "<html></html>", "\n\n\n"]) {
    expect(thrown(() => decodePayload(text)).code, JSON.stringify(text)).toBe("malformed_packet");
  }
});

test("a payload of a million small packets is refused before it is decoded", () => {
  expect(thrown(() => decodePayload("\x1e".repeat(1_000_000))).code).toBe("malformed_packet");
  expect(thrown(() => decodePayload("6\x1e".repeat(1_000_000))).code).toBe("too_many_packets");
  const most = Array.from({ length: maxPayloadPackets }, () => noop);
  expect(decodePayload(encodePayload(most))).toHaveLength(maxPayloadPackets);
  expect(thrown(() => decodePayload(encodePayload([...most, noop])))).toEqual({
    code: "too_many_packets",
    message: `more than ${maxPayloadPackets} packets in a payload`,
  });
});

test("parts hold every packet in order, none is empty, and each is as small as single packets allow", () => {
  fc.assert(
    fc.property(
      fc.array(anyPacket(), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 400 }),
      (given, limit) => {
        const parts = [...payloadParts(given, limit)];
        expect(parts.flat()).toEqual(given);
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0);
          if (part.length > 1) expect(part.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(limit);
        }
      },
    ),
  );
});

test("parts are cut no earlier than they must be", () => {
  const message = (size: number): Packet => ({ type: "message", data: "x".repeat(size) });
  const sizes = (given: readonly Packet[]): number[][] =>
    [...payloadParts(given, 10)].map((part) => part.map(({ data }) => data.length));
  expect(sizes([5, 5, 1].map(message))).toEqual([[5, 5], [1]]);
  expect(sizes([11, 11].map(message))).toEqual([[11], [11]]);
  expect(sizes([11].map(message))).toEqual([[11]]);
});

test("no part holds more packets than the peer decodes", () => {
  const many = Array.from({ length: 2 * maxPayloadPackets + 1 }, () => noop);
  expect([...payloadParts(many, 1_000_000)].map(({ length }) => length)).toEqual([
    maxPayloadPackets,
    maxPayloadPackets,
    1,
  ]);
});
