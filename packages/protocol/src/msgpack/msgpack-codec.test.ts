import fc from "fast-check";
import * as msgpackr from "msgpackr/pack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anyText, thrown, wellFormedText } from "../../test/arbitraries.ts";
import type { Envelope } from "../envelope.ts";
import { jsonCodec } from "../envelope-codec.ts";
import { msgpackCodec } from "./msgpack-codec.ts";

const event = (...args: unknown[]): Envelope => ({ type: "event", namespace: "/", args: ["e", ...args] });

/** The decoded arguments behind the event's name. */
function sent(...args: unknown[]): unknown[] {
  const envelope = msgpackCodec.decode(msgpackCodec.encode(event(...args)));
  return envelope.type === "event" ? envelope.args.slice(1) : [];
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** The head of an event's envelope, up to its arguments: `[2, "/", nil, …`. */
const eventHead = "94 02 a1 2f c0";

// A page that forbids eval would fail here.
const { Function: realFunction } = globalThis;
beforeAll(() => {
  globalThis.Function = (() => {
    throw new Error("code was compiled");
  }) as unknown as FunctionConstructor;
});
afterAll(() => {
  globalThis.Function = realFunction;
});

describe("what arrives", () => {
  test.each<[string, unknown, unknown]>([
    ["numbers at the edges of their forms", numbers(), numbers()],
    ["NaN and the infinities", [Number.NaN, 1 / 0, -1 / 0], [Number.NaN, 1 / 0, -1 / 0]],
    ["minus zero as zero", -0, 0],
    ["undefined, also as a field", [undefined, { a: undefined }], [undefined, { a: undefined }]],
    ["dates before, at and after 1970", dates(), dates()],
    ["an invalid date", new Date(Number.NaN), new Date(Number.NaN)],
    [
      "64-bit integers",
      [0n, -1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)],
      [0n, -1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)],
    ],
    ["half a character as the replacement character", ["a\ud83d", { "\ude00": 1 }], ["a\ufffd", { "\ufffd": 1 }]],
    ["a byte order mark in front of texts of any length", marked(), marked()],
    ["an instance as its fields", new Point(1, 2), { x: 1, y: 2 }],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ["what toJSON says, once", { toJSON: () => ({ toJSON: 5, a: [1] }) }, { toJSON: 5, a: [1] }],
    ["no methods and no symbols", { a: 1, f: () => 1, s: Symbol("s"), [Symbol("k")]: 1 }, { a: 1 }],
    [
      "fields with names of Object's own",
      { constructor: 1, toString: 2, hasOwnProperty: 3 },
      { constructor: 1, toString: 2, hasOwnProperty: 3 },
    ],
    ["an array with holes as undefined", holes(), [undefined, 1]],
    ["an instance of Array as an array", Stack.from([1, 2]), [1, 2]],
    ["any buffer or view as bytes", views(), views().map(() => new Uint8Array([1, 2]))],
  ])("%s", (_name, value, arrives) => {
    const [arrived] = sent(value);
    expect(arrived).toEqual(arrives);
    if (typeof arrives === "object" && arrives !== null)
      expect(Object.getPrototypeOf(arrived)).toBe(Object.getPrototypeOf(arrives));
  });

  test("an object whose toJSON returns itself as its fields", () => {
    const itself = {
      a: 1,
      toJSON(): unknown {
        return this;
      },
    };
    expect(sent(itself)).toEqual([{ a: 1 }]);
  });

  test("an instance in the same way when somebody else has taught msgpackr its class", () => {
    class Taught extends Point {}
    (msgpackr as unknown as { addExtension(extension: object): void }).addExtension({
      Class: Taught,
      type: 1,
      pack: () => Buffer.from([1]),
      unpack: () => "taught",
    });
    expect(sent(new Taught(1, 2), [new Taught(3, 4)])).toEqual([{ x: 1, y: 2 }, [{ x: 3, y: 4 }]]);
    expect(thrown(() => msgpackCodec.decode(hex(`${eventHead} 92 a1 65 d4 01 01`))).code).toBe("malformed_envelope");
  });

  test("a key that would be a prototype is left out, at both ends and in every depth", () => {
    const value = JSON.parse('{"a":{"__proto__":{"polluted":1},"b":1}}') as object;
    const [arrived] = sent(value);
    expect(arrived).toEqual({ a: { b: 1 } });
    expect((arrived as { a: { polluted?: unknown } }).a.polluted).toBeUndefined();
  });

  test("bytes that arrive belong to nobody else", () => {
    const message = Buffer.from(
      msgpackCodec.encode(event(new Uint8Array([1, 2]), new Uint8Array(9_000))) as Uint8Array,
    );
    const { args } = msgpackCodec.decode(message) as { readonly args: readonly unknown[] };
    message.fill(0);
    expect(args[1]).toEqual(new Uint8Array([1, 2]));
    expect(args[1]).not.toBeInstanceOf(Buffer);
    expect((args[1] as Uint8Array).buffer.byteLength).toBe(2);
  });

  test("a message keeps its bytes and nothing else, whatever is encoded after it", () => {
    const first = msgpackCodec.encode(event("first")) as Uint8Array;
    const before = Buffer.from(first).toString("hex");
    msgpackCodec.encode(event("second"));
    expect(Buffer.from(first).toString("hex")).toBe(before);
    expect(first.buffer.byteLength).toBe(first.length);
    expect(first).not.toBeInstanceOf(Buffer);
  });

  test("what was sent is not changed", () => {
    const value = { text: "\ud83d", list: [new Uint16Array([1]), "\ud83d"] };
    sent(value);
    expect(value).toEqual({ text: "\ud83d", list: [new Uint16Array([1]), "\ud83d"] });
  });
});

describe("round trips", () => {
  const keys = fc.oneof(
    wellFormedText.filter((key) => key !== "__proto__"),
    fc.constantFrom("constructor", "toString", "toJSON", "0", ""),
  );
  const leaves = fc.oneof(
    fc.constantFrom(null, undefined, true, false),
    fc.double().map((value) => (value === 0 ? 0 : value)),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.date({ noInvalidDate: true }),
    wellFormedText,
    fc.tuple(wellFormedText, fc.nat(90)).map(([text, times]) => text + "-".repeat(times)),
    fc.uint8Array({ maxLength: 300 }),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaves,
      fc.array(tie("value"), { maxLength: 20 }),
      fc.dictionary(keys, tie("value"), { maxKeys: 20, noNullPrototype: true }),
    ),
  }));
  const namespaces = fc.constantFrom("/", "/admin", "/é", "/__proto__");

  test("an event comes back", () => {
    fc.assert(
      fc.property(
        namespaces,
        fc.option(fc.integer({ min: 0, max: 999_999_999_999_999 }), { nil: undefined }),
        wellFormedText,
        fc.array(value),
        (namespace, id, name, args) => {
          const envelope = {
            type: "event" as const,
            namespace,
            ...(id !== undefined && { id }),
            args: [name, ...args] as const,
          };
          const message = msgpackCodec.encode(envelope) as Uint8Array;
          expect(message[0]).toBe(0x94);
          expect(msgpackCodec.decode(message)).toEqual(envelope);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("texts of any kind and length come back as UTF-8 can carry them", () => {
    fc.assert(
      fc.property(anyText, fc.nat(400), (text, times) => {
        const long = text + "é".repeat(times);
        expect(sent(long, { [long]: 1 })).toEqual([
          long.replace(/\p{Surrogate}/gu, "\ufffd"),
          { [long.replace(/\p{Surrogate}/gu, "\ufffd")]: 1 },
        ]);
      }),
      { numRuns: 500 },
    );
  });

  test("every other envelope comes back, the same as with JSON", () => {
    const envelopes: Envelope[] = [
      { type: "connect", namespace: "/" },
      { type: "connect", namespace: "/admin", data: { user: "é" } },
      { type: "disconnect", namespace: "/admin" },
      { type: "ack", namespace: "/", id: 0, args: [] },
      { type: "connect_error", namespace: "/x", data: { message: "no", data: [1], reason: "r", retryAfterMs: 5 } },
      { type: "error", namespace: "/", data: { code: "rate_limited" } },
      { type: "error", namespace: "/", id: 3, data: { code: "rejected", event: "e", data: [{ path: [] }] } },
      { type: "authenticate", namespace: "/", id: 4, data: { token: "t" } },
    ];
    for (const envelope of envelopes) {
      expect(msgpackCodec.decode(msgpackCodec.encode(envelope))).toEqual(envelope);
      expect(jsonCodec.decode(jsonCodec.encode(envelope))).toEqual(envelope);
    }
  });
});

describe("what cannot be sent is refused", () => {
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  let deep: unknown = 1;
  for (let level = 0; level < 10_000; level++) deep = [deep];
  let wide: unknown = 1;
  for (let level = 0; level < 30; level++) wide = [wide, wide];
  const failing = (): never => {
    throw new Error("cannot\nat all");
  };
  test.each<[string, unknown]>([
    ["a Map", new Map()],
    ["a Set", new Set()],
    ["a Promise", Promise.resolve()],
    ["a BigInt beyond 64 bits", 2n ** 64n],
    ["a BigInt far below zero", -(2n ** 63n) - 1n],
    ["a function in an array", [() => 1]],
    ["a symbol in an array", [Symbol("s")]],
    ["a cycle", cycle],
    ["a deep nesting", deep],
    ["a thing that holds itself a thousand million times", wide],
    ["an array that claims to be endless", new Array(2 ** 31)],
    ["a toJSON that throws", { toJSON: failing }],
    ["a getter that throws", Object.defineProperty({}, "x", { get: failing, enumerable: true })],
    ["a proxy that throws", new Proxy({}, { ownKeys: failing })],
    ["more than 4096 attachments", Array.from({ length: 4_097 }, () => new Uint8Array(1))],
  ])("%s", (_name, value) => {
    for (const args of [[value], [new Uint8Array(1), value], [{ value: [value] }]]) {
      const { code, message } = thrown(() => msgpackCodec.encode(event(...args)));
      expect(code).toBe("not_serializable");
      expect(message).not.toContain("\n");
    }
    expect(thrown(() => msgpackCodec.encode({ type: "connect", namespace: "/", data: { value } })).code).toBe(
      "not_serializable",
    );
  });

  test("one level more than is read", () => {
    let nested: unknown = 1;
    for (let level = 0; level < 256; level++) nested = [nested];
    expect(thrown(() => msgpackCodec.encode(event(nested))).message).toContain("deeper than 256");
  });

  test("what is just within the limits is sent and read", () => {
    let nested: unknown = 1;
    for (let level = 0; level < 255; level++) nested = level % 2 ? [nested] : { nested };
    expect(sent(nested)).toEqual([nested]);
    const many = Array.from({ length: 4_096 }, (_, index) => new Uint8Array([index & 0xff]));
    expect(sent(many)).toEqual([many]);
    const numbers = Array.from({ length: 1_048_500 }, () => 7);
    expect((sent(numbers)[0] as unknown[]).length).toBe(numbers.length);
  });
});

describe("a peer with another codec is found out at its first word", () => {
  const envelopes: Envelope[] = [
    { type: "connect", namespace: "/" },
    event("text"),
    event(new Uint8Array([1])),
    { type: "authenticate", namespace: "/", id: 1, data: { proof: new Uint8Array(1) } },
  ];
  test("JSON at this end's", () => {
    for (const envelope of envelopes)
      expect(thrown(() => msgpackCodec.decode(jsonCodec.encode(envelope))).code).toBe("codec_mismatch");
  });
  test("MessagePack at the other's", () => {
    for (const envelope of envelopes)
      expect(thrown(() => jsonCodec.decode(msgpackCodec.encode(envelope))).code).toBe("codec_mismatch");
  });
});

describe("malformed messages are refused", () => {
  const text70 = Buffer.from("t".repeat(70)).toString("hex");
  test.each<[string, string]>([
    ["nothing", ""],
    ["an array of three", "93 02 a1 2f c0"],
    ["an array of five", `95 02 a1 2f c0 91 a1 65 c0`],
    ["an array of four in a longer form", `dc 0004 02 a1 2f c0 91 a1 65`],
    ["an array that is cut off", "94 02 a1 2f"],
    ["a type that does not exist", "94 05 a1 2f c0 91 a1 65"],
    ["a type that is text", "94 a1 32 a1 2f c0 91 a1 65"],
    ["a type with a fraction", "94 cb 4000000000000001 a1 2f c0 91 a1 65"],
    ["a namespace that is no name", "94 02 a1 6e c0 91 a1 65"],
    ["a namespace that is a number", "94 02 01 c0 91 a1 65"],
    ["an id below zero", "94 02 a1 2f ff 91 a1 65"],
    ["an id with a fraction", "94 02 a1 2f cb 3ff8000000000000 91 a1 65"],
    ["an id that is a BigInt", "94 02 a1 2f cf 0000000000000001 91 a1 65"],
    ["an id that is too large", "94 02 a1 2f cb 4341c37937e08000 91 a1 65"],
    ["an id that is undefined", "94 02 a1 2f d40000 91 a1 65"],
    ["an event without arguments", "94 02 a1 2f c0 c0"],
    ["an event without a name", `${eventHead} 90`],
    ["an event whose name is a number", `${eventHead} 91 01`],
    ["an event with an object", `${eventHead} 81 a1 30 a1 65`],
    ["an acknowledgement without an id", "94 03 a1 2f c0 90"],
    ["a connect with binary for data", "94 00 a1 2f c0 c4 01 01"],
    ["a connect with a date for data", "94 00 a1 2f c0 d6 ff 00000000"],
    ["a disconnect with data", "94 01 a1 2f c0 80"],
    ["an error without a code", "94 07 a1 2f c0 80"],
    ["an authenticate without an id", "94 08 a1 2f c0 80"],
    ["bytes behind it", `${eventHead} 91 a1 65 c0`],
    ["an array that claims four thousand million values", `${eventHead} 92 a1 65 dd ffffffff`],
    ["a map that claims four thousand million values", `${eventHead} 92 a1 65 df ffffffff`],
    ["an array of one more than there are bytes", `${eventHead} 92 a1 65 dc 0003 c0 c0`],
    ["text longer than the message", `${eventHead} 92 a1 65 d9 ff 61`],
    ["binary longer than the message", `${eventHead} 92 a1 65 c6 ffffffff 61`],
    ["a number that is cut off", `${eventHead} 92 a1 65 cb 00000000`],
    ["the byte that is never used", `${eventHead} 92 a1 65 c1`],
    ["the definition of a record", `${eventHead} 92 a1 65 d4 72 40 91 a1 61 01`],
    ["the definition of a record of two bytes", `${eventHead} 92 a1 65 d5 72 40 00 91 a1 61 01`],
    ["a bundle of texts", `${eventHead} 92 a1 65 d6 62 00000001 a1 61 a1 61`],
    ["a reference", `${eventHead} 92 a1 65 d6 70 00000001`],
    ["a name for a reference", `${eventHead} 92 a1 65 d6 69 00000001 90`],
    ["a Set", `${eventHead} 92 a1 65 d4 73 00 90`],
    ["a RegExp", `${eventHead} 92 a1 65 d4 78 00 92 a1 61 a0`],
    ["an Error", `${eventHead} 92 a1 65 d4 65 00 92 a1 61 a0`],
    ["a typed array", `${eventHead} 92 a1 65 d5 74 01 01`],
    ["a large integer", `${eventHead} 92 a1 65 c7 09 42 010000000000000000`],
    ["an extension nobody has", `${eventHead} 92 a1 65 d4 2a 00`],
    ["an extension of 16 bytes", `${eventHead} 92 a1 65 d8 ff 00000000000000000000000000000000`],
    ["a timestamp of three bytes", `${eventHead} 92 a1 65 c7 03 ff 000000`],
    ["a long extension", `${eventHead} 92 a1 65 c8 0001 ff 00`],
    ["a key that is a number", `${eventHead} 92 a1 65 81 01 01`],
    ["a key that is an array", `${eventHead} 92 a1 65 81 90 01`],
    ["a key that is undefined", `${eventHead} 92 a1 65 81 d40000 01`],
    ["__proto__ as a key", `${eventHead} 92 a1 65 81 a9 5f5f70726f746f5f5f 80`],
    ["__proto__ as a key in a longer form", `${eventHead} 92 a1 65 81 d909 5f5f70726f746f5f5f 80`],
    ["__proto__ as a key behind others", `${eventHead} 92 a1 65 82 d946 ${text70} c0 a9 5f5f70726f746f5f5f 80`],
  ])("%s", (_name, bytes) => {
    expect(thrown(() => msgpackCodec.decode(hex(bytes))).code).toBe("malformed_envelope");
  });

  test("with words that repeat nothing of them", () => {
    const secret = Buffer.from("secret").toString("hex");
    for (const bytes of [
      `94 02 a6 ${secret} c0 91 a1 65`,
      `94 a6 ${secret} c0 c0 c0`,
      `${eventHead} 81 a6 ${secret} 01`,
    ])
      expect(thrown(() => msgpackCodec.decode(hex(bytes))).message).not.toContain("secret");
  });

  test("nesting deeper than is sent", () => {
    const deep = (levels: number): Uint8Array => hex(`${eventHead} 92 a1 65 ${"91".repeat(levels)} c0`);
    expect(msgpackCodec.decode(deep(255)).type).toBe("event");
    expect(thrown(() => msgpackCodec.decode(deep(256))).message).toContain("deeper than 256");
    expect(thrown(() => msgpackCodec.decode(deep(100_000))).message).toContain("deeper than 256");
  });

  test("a bomb of a million attachments, or of more values than are sent", () => {
    const attachments = Buffer.concat([hex(`${eventHead} 92 a1 65 dd 00010000`), Buffer.alloc(131_072, hex("c400"))]);
    expect(thrown(() => msgpackCodec.decode(attachments)).message).toContain("more than 4096 attachments");
    const values = Buffer.concat([hex(`${eventHead} 92 a1 65 dd 00100001`), Buffer.alloc(1_048_577, 0x90)]);
    expect(thrown(() => msgpackCodec.decode(values)).message).toContain("more than 1048576 values");
    const keys = Buffer.concat([hex(`${eventHead} 92 a1 65 df 00080001`), Buffer.alloc(1_572_867, hex("a16101"))]);
    expect(thrown(() => msgpackCodec.decode(keys)).message).toContain("more than 1048576 values");
  });

  test("a key that only ends like a prototype is a key like any other", () => {
    expect(sent({ my__proto__: 1, __proto_: 2 })).toEqual([{ my__proto__: 1, __proto_: 2 }]);
  });

  test("and any bytes at all are an envelope or refused, and what is an envelope can be sent again", () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    const valid = msgpackCodec.encode(
      event({ a: [1, "text", new Date(0), undefined, 5n, new Uint8Array(3)], b: 1.5 }),
    ) as Uint8Array;
    const tokens = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x40, 0x72, 0x81, 0x91, 0xc4, 0xc7, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xdd, 0xdf, 0xff),
    );
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(tokens, { maxLength: 40 }).map((bytes) => new Uint8Array([...hex(`${eventHead} 92 a1 65`), ...bytes])),
      fc
        .array(fc.tuple(fc.nat(valid.length - 1), tokens), { maxLength: 4 })
        .map((changes) => changes.reduce((bytes, [at, byte]) => bytes.fill(byte, at, at + 1), valid.slice())),
    );
    fc.assert(
      fc.property(anything, (message) => {
        let envelope: Envelope;
        try {
          envelope = msgpackCodec.decode(message);
        } catch (error) {
          expect(["malformed_envelope", "codec_mismatch"]).toContain((error as { code?: string }).code);
          return;
        }
        expect(msgpackCodec.decode(msgpackCodec.encode(envelope))).toEqual(envelope);
      }),
      { numRuns: 5_000 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
  });
});

class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  length(): number {
    return Math.hypot(this.x, this.y);
  }
}

class Stack extends Array<number> {}

function numbers(): number[] {
  const edges = [
    0,
    31,
    32,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53 - 1,
    1e308,
    5e-324,
    0.1,
  ];
  return [...edges, ...edges.slice(1).map((edge) => -edge)];
}

function dates(): Date[] {
  return [0, 1, -1, 999, -999, 1_234_567_890_123, 2 ** 32 * 1_000, 8_640_000_000_000_000, -8_640_000_000_000_000].map(
    (at) => new Date(at),
  );
}

function marked(): unknown[] {
  const texts = [
    "\ufeff",
    "\ufeffa",
    `\ufeff${"a".repeat(61)}`,
    `\ufeff${"a".repeat(62)}`,
    `\ufeff\ufeff${"a".repeat(300)}`,
    `\ufeff${"é".repeat(70_000)}`,
  ];
  return [texts, Object.fromEntries(texts.map((text) => [text, text]))];
}

function holes(): unknown[] {
  const array: unknown[] = [];
  array[1] = 1;
  return array;
}

function views(): unknown[] {
  const { buffer } = new Uint8Array([9, 9, 1, 2, 9, 9]);
  return [
    new Uint8Array(buffer, 2, 2),
    new Uint8ClampedArray(buffer, 2, 2),
    new Int8Array(buffer, 2, 2),
    new Uint16Array(buffer, 2, 1),
    new DataView(buffer, 2, 2),
    Buffer.from(buffer, 2, 2),
    new Uint8Array([1, 2]).buffer,
  ];
}
