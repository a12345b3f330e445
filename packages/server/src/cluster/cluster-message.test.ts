import { WirewayError } from "@wireway/protocol";
import { Random } from "@wireway/testkit";
import { expect, it } from "vitest";
import {
  type ClusterMessage,
  checkDescription,
  decodeClusterMessage,
  encodeClusterMessage,
} from "./cluster-message.ts";

const from = "server";
const audience = { namespace: "/", rooms: ["red"], except: [] };

const all: readonly ClusterMessage[] = [
  { kind: "hello", from },
  { kind: "here", from },
  { kind: "bye", from },
  { kind: "emit", from, ...audience, codec: "json", data: '2["n",1]', volatile: true, coalesce: "key" },
  { kind: "ask", from, ...audience, codec: "json", data: new Uint8Array([0, 255]), id: 1, limitMs: 5 },
  { kind: "fetch", from, ...audience, id: 3 },
  { kind: "join", from, ...audience, names: ["__proto__"] },
  { kind: "leave", from, ...audience, names: [] },
  { kind: "disconnect", from, ...audience, close: true },
  { kind: "end_user", from, id: 5, user: "ada" },
  { kind: "say", from, namespace: "/a", args: ["n", { deep: new Uint8Array([1]) }] },
  { kind: "query", from, namespace: "/a", args: ["n"], id: 7 },
  { kind: "answers", from, to: "other", id: 7, answers: [null, "é"], done: false },
  { kind: "forget", from, id: 7 },
];

function refused(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(WirewayError);
    expect((error as WirewayError).code).toBe("malformed_envelope");
    return;
  }
  throw new Error("it was read");
}

/** As somebody else might have written it. */
function written(kind: string, body: unknown, sender: unknown = from): Uint8Array {
  return encodeClusterMessage({ kind, from: sender, ...(body as object) } as unknown as ClusterMessage);
}

it.each(all.map((message) => [message.kind, message] as const))("reads %s as it was written", (_kind, message) => {
  expect(decodeClusterMessage(encodeClusterMessage(message))).toEqual(message);
});

it.each(all.map((message) => [message.kind, message] as const))(
  "refuses %s when anything in it is wrong",
  (kind, message) => {
    const { kind: _, from: __, ...body } = message;
    for (const name of Object.keys(body)) {
      const isOptional = ["volatile", "coalesce", "limitMs"].includes(name);
      if (!isOptional) refused(() => decodeClusterMessage(written(kind, { ...body, [name]: undefined })));
      refused(() => decodeClusterMessage(written(kind, { ...body, [name]: { nested: [1] } })));
    }
    refused(() => decodeClusterMessage(written(kind, body, 5)));
  },
);

it("refuses other versions, forms, kinds and what is no message at all", () => {
  const whole = encodeClusterMessage({ kind: "here", from });
  for (const broken of [
    new Uint8Array(),
    new Uint8Array([1]),
    Uint8Array.from(whole, (byte, at) => (at === 0 ? 2 : byte)),
    Uint8Array.from(whole, (byte, at) => (at === 1 ? 7 : byte)),
    new Uint8Array([1, 0, 255, 254]),
    new TextEncoder().encode("\u0001\u00003"),
    new TextEncoder().encode('\u0001\u00002["__proto__","a",{}]'),
    new TextEncoder().encode('\u0001\u00002["here","a"]'),
    new TextEncoder().encode('\u0001\u00002["here","a",null]'),
  ])
    refused(() => decodeClusterMessage(broken));
});

it("takes nothing from an object's prototype", () => {
  const text = '\u0001\u00002["forget","a",{"__proto__":{"id":1}}]';
  refused(() => decodeClusterMessage(new TextEncoder().encode(text)));
});

it("throws nothing but its own error, whatever the bytes are", () => {
  const random = new Random(1);
  const seeds = all.map(encodeClusterMessage);
  for (let round = 0; round < 3_000; round++) {
    const seed = seeds[round % seeds.length] as Uint8Array;
    const data = seed.slice(0, random.int(0, 3) === 0 ? random.int(0, seed.length) : seed.length);
    for (let change = 0; change < 3; change++) data[random.int(0, seed.length - 1)] = random.int(0, 255);
    try {
      decodeClusterMessage(data);
    } catch (error) {
      expect((error as WirewayError).code).toBe("malformed_envelope");
    }
  }
});

it("refuses a socket that is none", () => {
  const whole = { id: "a", namespace: "/", rooms: ["a"], handshake: {}, data: null };
  expect(checkDescription(whole)).toBe(whole);
  for (const broken of [null, 5, {}, { ...whole, id: 1 }, { ...whole, rooms: [1] }, { ...whole, handshake: null }]) {
    refused(() => checkDescription(broken));
  }
});
