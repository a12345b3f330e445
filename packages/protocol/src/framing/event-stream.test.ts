import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyPacket, bytewise, cut, cuts, thrown } from "../../test/arbitraries.ts";
import { watched } from "../../test/watched.ts";
import type { Packet } from "../packet.ts";
import { EventStreamDecoder, encodeEvent } from "./event-stream.ts";

const limit = 1_000_000;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(chunks: readonly Uint8Array[], maxBytes = limit): Packet[] {
  const decoder = new EventStreamDecoder(maxBytes);
  return chunks.flatMap((chunk) => decoder.push(chunk));
}

const message = (data: string): Packet => ({ type: "message", data });

test("the packets of each event come back as they were, wherever the stream is cut", () => {
  // JSON leaves neither the separator nor a CR in a packet.
  const event = fc.array(anyPacket({ without: "\x1e\r" }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 6 }), cuts, (events, shares) => {
      const bytes = utf8(events.map(encodeEvent).join(""));
      expect(decode(cut(bytes, shares))).toEqual(events.flat());
      expect(decode(bytewise(bytes))).toEqual(events.flat());
    }),
  );
});

describe("what any server may send", () => {
  test.each([
    ["LF", "data: 4a\n\ndata: 4b\n\n"],
    ["CRLF", "data: 4a\r\n\r\ndata: 4b\r\n\r\n"],
    ["CR, the last of which may be half a CRLF", "data: 4a\r\rdata: 4b\r\r\n"],
    ["all of them mixed", "data: 4a\n\r\ndata: 4b\r\n\n"],
    ["comments", ": hello\n\ndata: 4a\n:\n\n:ping\ndata: 4b\n\n"],
    ["other fields", "id: 7\nevent: x\nretry: 10\ndata: 4a\n\nfoo: bar\ndata: 4b\nid\n\n"],
    ["no space behind the colon", "data:4a\n\ndata:4b\n\n"],
    ["empty events", "\n\n\ndata: 4a\n\n\n\ndata: 4b\n\n"],
    ["a byte order mark", "\ufeffdata: 4a\n\ndata: 4b\n\n"],
    ["an event that the end cuts off", "data: 4a\n\ndata: 4b\n\ndata: 4c\n"],
  ])("understands %s", (_name, stream) => {
    expect(decode([utf8(stream)])).toEqual([message("a"), message("b")]);
    expect(decode(bytewise(utf8(stream)))).toEqual([message("a"), message("b")]);
  });

  test("joins the lines of an event", () => {
    for (const end of ["\n", "\r\n"]) {
      const stream = utf8(["data: 4a", "data: b", "data", "data:  c", "", ""].join(end));
      expect(decode([stream])).toEqual([message("a\nb\n c")]);
      expect(decode(bytewise(stream))).toEqual([message("a\nb\n c")]);
    }
  });
});

test("line breaks in a packet cannot forge a field or an event", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("\n", "\r", "\r\n", "data: 4evil", "event: x", "id: 1", ":", "a"), { maxLength: 12 }),
      (parts) => {
        const packet = message(parts.join(""));
        const event = encodeEvent([packet]);
        expect(event.endsWith("\n\n")).toBe(true);
        const lines = event.slice(0, -2).split(/\r\n|\r|\n/);
        expect(lines.every((line) => line.startsWith("data: "))).toBe(true);
        expect(decode([utf8(event)])).toEqual([message(parts.join("").replaceAll(/\r\n|\r/g, "\n"))]);
      },
    ),
  );
});

describe("limits", () => {
  const event = (length: number): Uint8Array => utf8(encodeEvent([message("x".repeat(length - 1))]));

  test("an event at the limit passes and one over it does not, wherever it is cut", () => {
    for (const chunks of [(bytes: Uint8Array) => [bytes], bytewise]) {
      expect(decode(chunks(event(100)), 100)).toHaveLength(1);
      expect(thrown(() => decode(chunks(event(101)), 100)).code).toBe("message_too_large");
    }
  });

  test("an event that never ends is refused as it comes, in one line or in many", () => {
    const endless = (line: string): (() => void) => {
      const decoder = new EventStreamDecoder(10_000);
      return () => {
        for (let count = 0; count < 100; count++) decoder.push(utf8(line));
      };
    };
    expect(thrown(endless("x".repeat(1_000))).code).toBe("message_too_large");
    expect(thrown(endless(`data: ${"x".repeat(1_000)}\n`)).code).toBe("message_too_large");
    // Empty lines cost memory too.
    expect(thrown(endless("data:\n".repeat(1_000))).code).toBe("message_too_large");
  });

  test("comments without end are dropped as they come", () => {
    expect(
      decode(
        Array.from({ length: 1_000 }, () => utf8(": ping\n\n")),
        100,
      ),
    ).toEqual([]);
  });
});

test("an event that is no payload is refused", () => {
  for (const data of ["", "7", "4a\x1e", "<html>"]) {
    expect(thrown(() => decode([utf8(`data: ${data}\n\n`)])).code, JSON.stringify(data)).toBe("malformed_packet");
  }
});

/** Characters that searches went over while the call ran. */
function searched(call: () => void): number {
  let characters = 0;
  const searches = (self: unknown, [what, from]: readonly unknown[], result: unknown): void => {
    const [text, start] =
      self instanceof RegExp ? [String(what), 0] : [String(self), typeof from === "number" ? from : 0];
    const at = self instanceof RegExp ? (result as RegExpExecArray | null)?.index : (result as number);
    // A global pattern goes on where it stopped: count what lies between two finds.
    const begun = self instanceof RegExp && self.global ? Math.min(at ?? text.length, begins.get(text) ?? 0) : start;
    if (self instanceof RegExp && self.global) begins.set(text, at ?? text.length);
    characters += (at === undefined || at < 0 ? text.length : at + 1) - begun;
  };
  const begins = new Map<string, number>();
  watched(String.prototype, "indexOf", searches, () => watched(RegExp.prototype, "exec", searches, call));
  return characters;
}

describe("work in proportion to what comes", () => {
  test("for a long event in small chunks", () => {
    const bytes = utf8(encodeEvent([message("x".repeat(1_000_000))]));
    const chunks = cut(
      bytes,
      Array.from({ length: 1_000 }, (_, index) => index / 1_000),
    );
    expect(searched(() => decode(chunks, 2_000_000))).toBeLessThan(5 * bytes.length);
  });

  test.each([
    ["LF", "\n"],
    ["CR", "\r"],
    ["CRLF", "\r\n"],
  ])("for many short lines in one chunk, ended by %s", (_name, end) => {
    const bytes = utf8(`data: 4a${end}${end}`.repeat(5_000));
    expect(searched(() => decode([bytes]))).toBeLessThan(10 * bytes.length);
  });
});
