import { expect, test } from "vitest";
import { thrown } from "../test/arbitraries.ts";
import { jsonCodec } from "./envelope-codec.ts";

test("what another codec wrote is told apart from what nobody could have written", () => {
  for (const first of [0x80, 0x94, 0xff]) {
    expect(thrown(() => jsonCodec.decode(new Uint8Array([first, 1, 2, 3]))).code).toBe("codec_mismatch");
  }
  expect(thrown(() => jsonCodec.decode(new Uint8Array([0x7f, 1, 2, 3, 4]))).code).toBe("malformed_envelope");
  expect(thrown(() => jsonCodec.decode(new Uint8Array())).code).toBe("malformed_envelope");
});

test.each([
  ["a Map", [new Map([[1, 2]])]],
  ["a Set deep inside", [{ a: [{ b: new Set() }] }]],
  ["a Map beside binary", [new Uint8Array(2), new Map()]],
  ["a promise that nobody awaited", [Promise.resolve(1)]],
  ["a function that is not the last argument", [() => 1, 2]],
  ["a BigInt", [1n]],
])("%s is an error where it is sent, and not something else at the peer", (_name, args) => {
  const error = thrown(() => jsonCodec.encode({ type: "event", namespace: "/", args: ["x", ...args] }));
  expect(error.code).toBe("not_serializable");
});

test("a method of an object is left out, as JSON does", () => {
  const args = ["x", { a: 1, method: () => 2 }] as [string, ...unknown[]];
  expect(jsonCodec.encode({ type: "event", namespace: "/", args })).toBe('2["x",{"a":1}]');
});
