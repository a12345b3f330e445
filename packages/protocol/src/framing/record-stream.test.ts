import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyPacket, bytewise, cut, cuts, thrown } from "../../test/arbitraries.ts";
import { watched } from "../../test/watched.ts";
import type { Packet } from "../packet.ts";
import { encodeRecords, RecordDecoder } from "./record-stream.ts";

const limit = 1_000_000;

function decode(chunks: readonly Uint8Array[], maxBytes = limit): Packet[] {
  const decoder = new RecordDecoder(maxBytes);
  return chunks.flatMap((chunk) => decoder.push(chunk));
}

const text = (length: number): Packet => ({ type: "message", data: "x".repeat(length) });
/** Large messages are compared as text, which takes a thousandth of the time. */
const printed = (packets: readonly Packet[]): string[] =>
  packets.map(({ data }) => Buffer.from(data as string).toString("hex"));
const binary = (length: number): Packet => ({ type: "message", data: new Uint8Array(length).fill(7) });

test("packets come back as they were, wherever the stream is cut", () => {
  fc.assert(
    fc.property(fc.array(anyPacket({ minBytes: 1 }), { maxLength: 12 }), cuts, (given, shares) => {
      const bytes = encodeRecords(given);
      expect(decode(cut(bytes, shares))).toEqual(given);
      expect(decode(bytewise(bytes))).toEqual(given);
    }),
  );
});

test("a record arrives with its last byte, not later", () => {
  const given: Packet[] = [text(3), { type: "message", data: "漢🚀" }, binary(200), text(70_000)];
  const decoder = new RecordDecoder(limit);
  for (const packet of given) {
    const bytes = encodeRecords([packet]);
    expect(decoder.push(bytes.subarray(0, -1))).toEqual([]);
    expect(decoder.push(bytes.subarray(-1))).toEqual([packet]);
  }
});

// A text record holds one byte more than its data: the type's digit.
test.each([
  [1, [0x01]],
  [125, [0x7d]],
  [126, [0x7e, 0x00, 0x7e]],
  [127, [0x7e, 0x00, 0x7f]],
  [65_535, [0x7e, 0xff, 0xff]],
  [65_536, [0x7f, 0, 0, 0, 0, 0, 1, 0, 0]],
  [70_000, [0x7f, 0, 0, 0, 0, 0, 1, 0x11, 0x70]],
])("a record of %i bytes has the header %j", (length, header) => {
  const asText = encodeRecords([text(length - 1)]);
  expect([...asText.subarray(0, header.length)]).toEqual(header);
  expect(asText).toHaveLength(header.length + length);
  const [first = 0, ...rest] = header;
  const asBinary = encodeRecords([binary(length)]);
  expect([...asBinary.subarray(0, header.length)]).toEqual([first | 0x80, ...rest]);
  for (const [bytes, packet] of [
    [asText, text(length - 1)],
    [asBinary, binary(length)],
  ] as const) {
    for (const at of [1, 2, 3, 8, 9, 10]) {
      if (at < bytes.length)
        expect(printed(decode([bytes.subarray(0, at), bytes.subarray(at)]))).toEqual(printed([packet]));
    }
  }
});

test("no packets are no bytes", () => {
  expect(encodeRecords([])).toHaveLength(0);
  expect(decode([new Uint8Array(0)])).toEqual([]);
});

describe("limits", () => {
  test("a record at the limit passes, one over it is refused at its header, before a byte of it came", () => {
    expect(decode([encodeRecords([binary(300)])], 300)).toEqual([binary(300)]);
    const header = encodeRecords([binary(301)]).subarray(0, 3);
    expect(thrown(() => decode([header], 300))).toEqual({
      code: "message_too_large",
      message: "message is 301 bytes, the limit is 300",
    });
    const short = encodeRecords([binary(101)]).subarray(0, 1);
    expect(thrown(() => decode([short], 100)).code).toBe("message_too_large");
  });

  test("a length beyond all numbers is only too large", () => {
    for (const top of [0xff, 0x80, 0x00]) {
      const header = new Uint8Array(9).fill(0xff);
      header[0] = 0x7f;
      header[1] = top;
      expect(thrown(() => decode([header])).code).toBe("message_too_large");
    }
  });

  test("what came before the record that is refused is lost with the stream, not delivered twice", () => {
    const decoder = new RecordDecoder(300);
    expect(decoder.push(encodeRecords([text(2)]))).toEqual([text(2)]);
    expect(thrown(() => decoder.push(encodeRecords([binary(301)]))).code).toBe("message_too_large");
  });
});

describe("malformed", () => {
  test.each([
    ["an empty record", [0x00]],
    ["an empty binary record", [0x80]],
    ["an empty record with a 16-bit length", [0x7e, 0, 0]],
    ["an empty record with a 64-bit length", [0x7f, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["a record with an unknown type", [0x01, 0x37]],
    ["a character cut off", [0x02, 0x34, 0xc3]],
    ["a character that overlaps the next record", [0x03, 0x34, 0xe6, 0xbc, 0x01, 0xa2]],
    ["an overlong character", [0x03, 0x34, 0xc0, 0x80]],
    ["half of a surrogate pair", [0x04, 0x34, 0xed, 0xa0, 0x80]],
  ])("%s is refused", (_name, bytes) => {
    expect(thrown(() => decode([Uint8Array.from(bytes)])).code).toBe("malformed_packet");
    expect(thrown(() => decode(bytewise(Uint8Array.from(bytes)))).code).toBe("malformed_packet");
  });

  test("any bytes at all are packets or a refusal, never another error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), cuts, (bytes, shares) => {
        try {
          decode(cut(bytes, shares), 50);
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(malformed_packet|message_too_large)$/);
        }
      }),
    );
  });

  test("the end of the stream inside a record brings nothing", () => {
    expect(decode([encodeRecords([text(500)]).subarray(0, 400)])).toEqual([]);
  });
});

test("a binary message has bytes of its own, also when the chunk is a Buffer", () => {
  const chunk = Buffer.from(encodeRecords([binary(10), binary(5_000)]));
  const [small] = decode([chunk]) as [Packet];
  expect(small.data).toBeInstanceOf(Uint8Array);
  expect(small.data).not.toBeInstanceOf(Buffer);
  expect((small.data as Uint8Array).buffer.byteLength).toBe(10);
  chunk.fill(0);
  expect(small).toEqual(binary(10));
});

test("a large record in small chunks is joined once, not at every chunk", () => {
  const bytes = encodeRecords([binary(1_000_000)]);
  const chunks = cut(
    bytes,
    Array.from({ length: 1_000 }, (_, index) => index / 1_000),
  );
  let copied = 0;
  watched(
    Uint8Array.prototype,
    "set",
    (_self, [source]) => {
      copied += (source as Uint8Array).length;
    },
    () => expect(decode(chunks)).toHaveLength(1),
  );
  expect(copied).toBeLessThan(3 * bytes.length);
});
