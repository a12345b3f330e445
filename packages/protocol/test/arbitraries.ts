// What the property tests draw from: strings of every kind, packets of every type, and bytes cut into chunks anywhere.
// Not here: sessions and connections (pair).

import fc from "fast-check";
import type { Packet } from "../src/packet.ts";

/** Any sequence of UTF-16 units: pairs, and halves of pairs that stand alone. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 0xd700, max: 0xe0ff }).map((unit) => String.fromCharCode(unit)),
      fc.integer({ min: 0x70, max: 0x90 }).map((unit) => String.fromCharCode(unit)),
      fc.integer({ min: 0x7f0, max: 0x810 }).map((unit) => String.fromCharCode(unit)),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(""));

/** Text that UTF-8 carries as it is. */
export const wellFormedText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("a", "é", "漢", "🚀", '"', " ") }),
);

const controlTypes = ["open", "close", "ping", "pong", "redirect", "noop"] as const;

/** Any packet: control and text data without the characters in `without`, binary data of `minBytes` and more. */
export function anyPacket({ without = "", minBytes = 0 } = {}): fc.Arbitrary<Packet> {
  const text = wellFormedText.map((value) =>
    without.split("").reduce((rest, unit) => rest.replaceAll(unit, ""), value),
  );
  return fc.oneof(
    fc.record({ type: fc.constantFrom(...controlTypes), data: text }),
    fc.record({ type: fc.constant("message" as const), data: text }),
    fc.record({ type: fc.constant("message" as const), data: fc.uint8Array({ minLength: minBytes, maxLength: 300 }) }),
  );
}

/** Where to cut: shares of the whole, in any order. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

/** The bytes in chunks of their own, cut at the given shares of their length; empty chunks too. */
export function cut(bytes: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const places = [0, ...shares.map((share) => Math.floor(share * bytes.length)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.slice(places[index], end));
}

/** Every byte by itself. */
export function bytewise(bytes: Uint8Array): Uint8Array[] {
  return [...bytes].map((byte) => new Uint8Array([byte]));
}

/** The error that the call throws, with its code; fails when it throws none. */
export function thrown(call: () => unknown): { readonly code: string; readonly message: string } {
  try {
    call();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    return { code: String(code), message: String(message) };
  }
  throw new Error("nothing was thrown");
}
