import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText, thrown } from "../test/arbitraries.ts";
import { checkNamespace, decodeEnvelope, type Envelope, encodeEnvelope, maxNamespaceLength } from "./envelope.ts";
import type { MessageData } from "./packet.ts";

const event = (...args: unknown[]): Envelope => ({ type: "event", namespace: "/", args: ["e", ...args] });

/** The decoded arguments behind the event's name. */
function sent(...args: unknown[]): unknown[] {
  const envelope = decodeEnvelope(encodeEnvelope(event(...args)));
  return envelope.type === "event" ? envelope.args.slice(1) : [];
}

const namespaces = fc.oneof(
  fc.constant("/"),
  fc.constantFrom("/admin", "/a/b", "/2", "/7[", "/__proto__", "/constructor", "/toString", "/é"),
  fc.stringMatching(/^[a-z0-9[\]"{}/:.]{0,20}$/).map((name) => `/${name}`),
);
const ids = fc.oneof(fc.nat(), fc.constant(999_999_999_999_999));
const names = fc.oneof(anyText, fc.constantFrom("", "__proto__", "constructor", "toString", "\0", "\u00000", "error"));
/** `__proto__` is not among them: it is dropped on arrival. The library that draws them knows that name, too. */
const keys = fc
  .oneof(fc.string(), fc.constantFrom("__proto", "constructor", "toString", "toJSON_", "0", "\u00000"))
  .filter((key) => key !== "__proto__");

/** An object with exactly these keys of its own. */
function record(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, value] of entries)
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

const bytes = fc.uint8Array({ maxLength: 20 });
/** Bytes that stand in the middle of a larger block. */
const padded = fc.tuple(bytes, fc.nat(9), fc.nat(9)).map(([inner, before, after]) => {
  const block = new Uint8Array(before + inner.length + after).fill(0xee);
  block.set(inner, before);
  return { block, before, length: inner.length };
});
const binaries = fc.oneof(
  bytes,
  bytes.map((value) => Buffer.from(value)),
  bytes.map((value) => value.slice().buffer),
  padded.map(({ block, before, length }) => block.subarray(before, before + length)),
  padded.map(({ block, before, length }) => new DataView(block.buffer, before, length)),
  padded.map(({ block, before, length }) => Buffer.from(block.buffer, before, length)),
  fc.uint16Array({ maxLength: 5 }),
  fc.float64Array({ maxLength: 3 }),
);
const texts = fc.oneof(
  anyText,
  anyText.map((text) => `\0${text}`),
  fc.nat(5).map((index) => `\0${index}`),
);
const leaves = fc.oneof(fc.constantFrom(null, true, false, 0), fc.double(), fc.integer(), texts);

const { json, mixed } = fc.letrec<{ json: unknown; mixed: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaves,
    fc.array(tie("json"), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie("json")), { maxLength: 5 }).map(record),
  ),
  mixed: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaves,
    binaries,
    fc.array(tie("mixed"), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie("mixed")), { maxLength: 5 }).map(record),
  ),
}));

/** What is to arrive: binary of every kind as bytes, everything else as JSON has it. */
function print(value: unknown): string {
  if (value instanceof ArrayBuffer) return print(new Uint8Array(value));
  if (ArrayBuffer.isView(value))
    return `<${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}>`;
  if (Array.isArray(value)) return `[${value.map(print).join()}]`;
  if (typeof value === "object" && value !== null) {
    const fields = value as Record<string, unknown>;
    const printed = Object.keys(fields).map((key) => `${JSON.stringify(key)}:${print(fields[key])}`);
    return `{${printed.join()}}`;
  }
  return JSON.stringify(value);
}

describe("round trips", () => {
  test("an event comes back as JSON has it: name, namespace, id, arguments", () => {
    fc.assert(
      fc.property(
        namespaces,
        fc.option(ids, { nil: undefined }),
        names,
        fc.array(json, { maxLength: 4 }),
        (namespace, id, name, args) => {
          const encoded = encodeEnvelope({
            type: "event",
            namespace,
            args: [name, ...args],
            ...(id === undefined ? {} : { id }),
          });
          expect(typeof encoded).toBe("string");
          const { args: arrived, ...rest } = decodeEnvelope(encoded) as { readonly args: readonly unknown[] };
          expect(rest).toEqual({ type: "event", namespace, ...(id === undefined ? {} : { id }) });
          expect(print(arrived)).toBe(print([name, ...args]));
        },
      ),
    );
  });

  test("arguments with binary anywhere come back, binary as bytes", () => {
    fc.assert(
      fc.property(namespaces, ids, fc.array(mixed, { maxLength: 5 }), (namespace, id, args) => {
        const answer = { type: "ack", namespace, id, args: [new Uint8Array([1]), ...args] } as const;
        const encoded = encodeEnvelope(answer);
        expect(encoded).toBeInstanceOf(Uint8Array);
        const { args: arrived, ...rest } = decodeEnvelope(encoded) as { readonly args: readonly unknown[] };
        expect(rest).toEqual({ type: "ack", namespace, id });
        expect(print(arrived)).toBe(print(answer.args));
        expect(
          print((decodeEnvelope(Buffer.from(encoded as Uint8Array)) as { readonly args: readonly unknown[] }).args),
        ).toBe(print(answer.args));
      }),
    );
  });

  test("connect, disconnect and connect_error come back", () => {
    const envelopes: Envelope[] = [
      { type: "connect", namespace: "/" },
      { type: "connect", namespace: "/admin", data: { user: "é" } },
      { type: "disconnect", namespace: "/" },
      { type: "disconnect", namespace: "/admin" },
      { type: "connect_error", namespace: "/x", data: { message: "no", data: [1] } },
    ];
    for (const envelope of envelopes) expect(decodeEnvelope(encodeEnvelope(envelope))).toEqual(envelope);
  });

  test("text envelopes are Socket.IO 5's", () => {
    expect(encodeEnvelope({ type: "event", namespace: "/", args: ["e", 1] })).toBe('2["e",1]');
    expect(encodeEnvelope({ type: "event", namespace: "/n", id: 7, args: ["e"] })).toBe('2/n,7["e"]');
    expect(encodeEnvelope({ type: "ack", namespace: "/n", id: 0, args: [] })).toBe("3/n,0[]");
    expect(encodeEnvelope({ type: "connect", namespace: "/n", data: { a: 1 } })).toBe('0/n,{"a":1}');
    expect(encodeEnvelope({ type: "disconnect", namespace: "/n" })).toBe("1/n,");
    expect(encodeEnvelope({ type: "connect_error", namespace: "/", data: { message: "x" } })).toBe('4{"message":"x"}');
  });
});

describe("binary", () => {
  test("a thousand attachments, and one under two hundred arrays", () => {
    const many = Array.from({ length: 1_000 }, (_, index) => new Uint8Array([index & 0xff, index >> 8]));
    expect(print(sent(many))).toBe(print([many]));
    let deep: unknown = new Uint8Array([1, 2, 3]);
    for (let level = 0; level < 200; level++) deep = level % 2 ? [deep] : { deep };
    expect(print(sent(deep))).toBe(print([deep]));
  });

  test("4096 attachments are the most, on the way out and in", () => {
    const most = Array.from({ length: 4_096 }, () => new Uint8Array(1));
    expect(sent(most)[0]).toHaveLength(4_096);
    expect(thrown(() => sent([...most, new Uint8Array(1)]))).toEqual({
      code: "not_serializable",
      message: "arguments cannot be sent: more than 4096 attachments",
    });
    expect(thrown(() => decodeEnvelope(pack('2["e"]', ...most, new Uint8Array(1)))).message).toBe(
      "not an envelope: attachments",
    );
  });

  test("bytes that arrive belong to nobody else", () => {
    const block = Buffer.from(encodeEnvelope(event(new Uint8Array([1, 2]), new Uint8Array(9_000))) as Uint8Array);
    const { args } = decodeEnvelope(block) as { readonly args: readonly unknown[] };
    const bytes = args[1] as Uint8Array;
    expect(bytes).not.toBeInstanceOf(Buffer);
    expect(bytes.buffer.byteLength).toBe(2);
    block.fill(0);
    expect(bytes).toEqual(new Uint8Array([1, 2]));
  });

  test("a text that looks like a place for an attachment stays text", () => {
    for (const text of ["\0", "\u00000", "\0\0", "\0\u00000", "\0x"]) {
      expect(sent(text)).toEqual([text]);
      expect(sent(text, new Uint8Array([9]))).toEqual([text, new Uint8Array([9])]);
    }
  });

  test("what toJSON says is what is sent", () => {
    const said = { toJSON: () => "\u00000" };
    expect(sent(said, new Date(0), new Uint8Array([9]))).toEqual([
      "\u00000",
      "1970-01-01T00:00:00.000Z",
      new Uint8Array([9]),
    ]);
  });
});

/** A binary envelope by hand. */
function pack(text: string | Uint8Array, ...attachments: Uint8Array[]): Uint8Array {
  const blocks = [typeof text === "string" ? Buffer.from(text) : text, ...attachments];
  return new Uint8Array(
    Buffer.concat(
      blocks.flatMap((block) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(block.length);
        return [length, block];
      }),
    ),
  );
}

const one = new Uint8Array([1]);

describe("malformed envelopes are refused", () => {
  const malformed: [string, MessageData][] = [
    ["nothing", ""],
    ["an unknown type", "5[]"],
    ["a letter", "x"],
    ["a page of a captive portal", "<html><body>Log in</body></html>"],
    ["an event without arguments", "2"],
    ["an event with an empty list", "2[]"],
    ["an event with an object", '2{"0":"e","length":1}'],
    ["an event with a text", '2"e"'],
    ["an event whose name is a number", "2[1]"],
    ["an event whose name is an object", '2[{"toString":"foo"}]'],
    ["an event whose name is a list", '2[["e"]]'],
    ["an event whose name is null", "2[null]"],
    ["JSON that is cut off", '2["e",'],
    ["JSON with more behind it", '2["e"]x'],
    ["JSON with NaN", '2["e",NaN]'],
    ["a bare control character in a text", '2["e\n"]'],
    ["an id below zero", '2-1["e"]'],
    ["an id with a fraction", '21.5["e"]'],
    ["an id in exponents", '21e3["e"]'],
    ["an id of 2^53", '29007199254740992["e"]'],
    ["an id in quotes", '2"1"["e"]'],
    ["an id in other digits", '2\u0661["e"]'],
    ["an acknowledgement without an id", "3[]"],
    ["an acknowledgement without arguments", "31"],
    ["an acknowledgement with an object", "31{}"],
    ["a connect with an id", "01{}"],
    ["a connect with a list", "0[]"],
    ["a connect with a text", '0"x"'],
    ["a connect with null", "0null"],
    ["a disconnect with an id", "11"],
    ["a disconnect with data", "1{}"],
    ["a connect_error without data", "4"],
    ["a connect_error without a message", "4{}"],
    ["a connect_error whose message is no text", '4{"message":1}'],
    ["a connect_error with a list", '4["message"]'],
    ["a connect_error with an id", '41{"message":"x"}'],
    ["a namespace without its comma", '2/n["e"]'],
    ["a namespace without its slash", '2n,["e"]'],
    ["a namespace with a query", '2/n?a=1,["e"]'],
    ["a namespace with a control character", '2/n\n,["e"]'],
    ["a namespace that is too long", `2/${"n".repeat(maxNamespaceLength)},["e"]`],
    ["an empty block", new Uint8Array(0)],
    ["a block that ends inside a length", new Uint8Array([0, 0, 0])],
    ["a block that is shorter than it says", new Uint8Array([0, 0, 0, 9, 0x32])],
    ["a block of four gigabytes", new Uint8Array([255, 255, 255, 255, 0x32])],
    ["a block without text", pack("")],
    ["a text that is not UTF-8", pack(new Uint8Array([0x32, 0xc3]))],
    ["an attachment that is cut off", pack('2["e","\\u00000"]', one).subarray(0, -1)],
    ["bytes behind the last attachment", new Uint8Array([...pack('2["e","\\u00000"]', one), 0, 0])],
    ["an attachment that is not there", pack('2["e","\\u00000"]')],
    ["an attachment out of range", pack('2["e","\\u00001"]', one)],
    ["an attachment that is named twice", pack('2["e","\\u00000","\\u00000"]', one)],
    ["an attachment that is named nowhere", pack('2["e","\\u00000"]', one, one)],
    ["an attachment below zero", pack('2["e","\\u0000-1"]', one)],
    ["an attachment with a fraction", pack('2["e","\\u00000.5"]', one)],
    ["an attachment without a number", pack('2["e","\\u0000"]', one)],
    ["an attachment by the name of a method", pack('2["e","\\u0000length"]', one)],
    ["an attachment for a name", pack('2["\\u00000"]', one)],
    ["an attachment for all arguments", pack('2"\\u00000"', one)],
    ["an attachment for a connect's data", pack('0"\\u00000"', one)],
    ["an attachment for a message", pack('4{"message":"\\u00000"}', one)],
  ];
  test.each(malformed)("%s", (_name, message) => {
    expect(thrown(() => decodeEnvelope(message)).code).toBe("malformed_envelope");
  });

  test("with words that repeat nothing of them", () => {
    for (const text of ["5secret", '2["secret",', '2/secret?,["e"]', '2secret["e"]', '4{"secret":1}']) {
      expect(thrown(() => decodeEnvelope(text)).message).not.toContain("secret");
    }
  });

  test("and any bytes or text at all are an envelope or refused", () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.string(), fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 3 }))
        .map(([text, parts]) => pack(text, ...parts)),
      fc
        .array(fc.constantFrom("0", "1", "2", "3", "4", "/", ",", "[", "]", '"', "{", "}", ":", "e", "\\u0000"), {
          maxLength: 15,
        })
        .map((parts) => parts.join("")),
      fc.string(),
    );
    fc.assert(
      fc.property(anything, (message) => {
        try {
          expect(["connect", "disconnect", "event", "ack", "connect_error"]).toContain(decodeEnvelope(message).type);
        } catch (error) {
          expect((error as { code?: string }).code).toBe("malformed_envelope");
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("hostile but well-formed", () => {
  test("names of Object's own parts are names like any other, and pollute nothing", () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      const texts = [
        `2/${name},["${name}",{"${name}":{"polluted":1}}]`,
        pack(`2/${name},["${name}",{"${name}":{"polluted":1}},"\\u00000"]`, one),
      ];
      for (const text of texts) {
        const envelope = decodeEnvelope(text) as { readonly namespace: string; readonly args: readonly unknown[] };
        expect(envelope.namespace).toBe(`/${name}`);
        expect(envelope.args[0]).toBe(name);
        expect(Object.hasOwn(envelope.args[1] as object, name)).toBe(name !== "__proto__");
        expect(Object.getPrototypeOf(envelope.args[1])).toBe(Object.prototype);
      }
      const data = decodeEnvelope(`0{"${name}":{"polluted":1}}`) as { data: object };
      expect(Object.getPrototypeOf(data.data)).toBe(Object.prototype);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
  });

  test.each(['"__proto__"', '"\\u005f_proto__"', '"__pro\\u0074o__"', '"\\u005F\\u005fproto\\u005f_"'])(
    "a key %s is dropped, so that no copy of the object gets a prototype from it",
    (key) => {
      const json = `["e",{${key}:{"admin":true},"kept":[{${key}:1,"b":2}]}]`;
      for (const message of [`2${json}`, pack(`2${json.slice(0, -1)},"\\u00000"]`, one)]) {
        const { args } = decodeEnvelope(message) as { readonly args: readonly object[] };
        expect(Object.assign({}, args[1])).toEqual({ kept: [{ b: 2 }] });
        expect((Object.assign({}, args[1]) as { admin?: unknown }).admin).toBeUndefined();
      }
    },
  );

  test("numbers at the edges arrive as JSON reads them", () => {
    expect(decodeEnvelope('2["e",1e308,-0,1e999]')).toMatchObject({ args: ["e", 1e308, -0, Number.POSITIVE_INFINITY] });
  });

  test.each([1e4, 1e5])("nesting of %i crashes nothing", (depth) => {
    const deep = `2["e",${"[".repeat(depth)}${"]".repeat(depth)}]`;
    const objects = `2["e",${'{"a":'.repeat(depth)}1${"}".repeat(depth)}]`;
    for (const message of [deep, objects, pack(deep), pack(objects), pack(deep.replace("[]", '["\\u00000"]'), one)]) {
      try {
        expect(decodeEnvelope(message).type).toBe("event");
      } catch (error) {
        expect((error as { code?: string }).code).toBe("malformed_envelope");
      }
    }
  });
});

describe("what cannot be sent is refused", () => {
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  let deep: unknown = 1;
  for (let level = 0; level < 10_000; level++) deep = [deep];
  const failing = (): never => {
    throw new Error("cannot\nat all");
  };
  test.each([
    ["a BigInt", 1n],
    ["a cycle", cycle],
    ["a deep nesting", deep],
    ["a toJSON that throws", { toJSON: failing }],
    ["a getter that throws", Object.defineProperty({}, "x", { get: failing, enumerable: true })],
    ["a proxy that throws", new Proxy({}, { ownKeys: failing })],
  ])("%s", (_name, value) => {
    for (const args of [[value], [new Uint8Array(1), value], [{ value: [value] }]]) {
      const { code, message } = thrown(() => encodeEnvelope(event(...args)));
      expect(code).toBe("not_serializable");
      expect(message).not.toContain("\n");
    }
    const data = { message: "x", data: { value } };
    if (value !== deep) {
      expect(thrown(() => encodeEnvelope({ type: "connect", namespace: "/", data })).code).toBe("not_serializable");
      expect(thrown(() => encodeEnvelope({ type: "connect_error", namespace: "/", data })).code).toBe(
        "not_serializable",
      );
    }
  });

  test("a throw of something that is no error", () => {
    const value = {
      toJSON: () => {
        throw "no";
      },
    };
    expect(thrown(() => encodeEnvelope(event(value)))).toEqual({
      code: "not_serializable",
      message: "arguments cannot be sent: no",
    });
  });
});

test("a namespace begins with a slash and holds neither commas, question marks, control characters nor half ones", () => {
  for (const name of ["/", "/a", "/a/b", "/é", "/😀", "/__proto__", `/${"n".repeat(maxNamespaceLength - 1)}`])
    expect(checkNamespace(name)).toBe(name);
  for (const name of [
    "",
    "a",
    "a/",
    "/a,b",
    "/a?b",
    "/\0",
    "/\u001f",
    "/\ud83d",
    "/\ude00",
    "/\ude00\ud83d",
    `/${"n".repeat(maxNamespaceLength)}`,
    1,
    null,
    undefined,
    {},
    ["/"],
  ]) {
    expect(thrown(() => checkNamespace(name)).code, JSON.stringify(name)).toBe("invalid_namespace");
  }
});
