import { expect, test } from "vitest";
import { thrown } from "../test/arbitraries.ts";
import { bodyOverheadBytes, checkTerms, defaultTerms, type Terms } from "./terms.ts";

const bounds: [keyof Terms, number, number][] = [
  ["pingIntervalMs", 50, 3_600_000],
  ["pingTimeoutMs", 50, 3_600_000],
  ["confirmDelayMs", 10, 60_000],
  ["resumeWindowMs", 0, 86_400_000],
  ["maxMessageBytes", 1_024, 805_305_600],
  ["maxBodyBytes", 4_096, 1_073_741_824],
];

test.each(bounds)("%s is a whole number from %i to %i", (name, least, most) => {
  // Room for the other of the two sizes that have to go together.
  const roomy = { maxMessageBytes: 1_024, maxBodyBytes: 1_073_741_824 };
  for (const value of [least, most]) expect(checkTerms({ ...roomy, [name]: value })[name]).toBe(value);
  for (const value of [
    least - 1,
    1_073_741_825,
    most + 0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "100",
    null,
    undefined,
    true,
    [100],
  ]) {
    expect(thrown(() => checkTerms({ ...roomy, [name]: value })).code, String(value)).toBe("invalid_option");
  }
});

test("what is not given has its default, which is valid", () => {
  expect(checkTerms({})).toEqual(defaultTerms);
  expect(checkTerms({ pingIntervalMs: 60 })).toEqual({ ...defaultTerms, pingIntervalMs: 60 });
});

test("what is no term is left out", () => {
  expect(checkTerms({ colour: "red", __proto__: { polluted: 1 } })).toEqual(defaultTerms);
});

test("a body has room for the largest message in base64", () => {
  const maxMessageBytes = 30_000;
  const least = 40_000 + bodyOverheadBytes;
  expect(checkTerms({ maxMessageBytes, maxBodyBytes: least }).maxBodyBytes).toBe(least);
  expect(thrown(() => checkTerms({ maxMessageBytes, maxBodyBytes: least - 1 }))).toEqual({
    code: "invalid_option",
    message: `option maxBodyBytes must be at least ${least}, so that a message of maxMessageBytes fits in base64`,
  });
});
