import { expect, it } from "vitest";
import { secret } from "./secret.ts";

it("never gives the same twice, also where one block ends and the next begins", () => {
  const given = Array.from({ length: 3_000 }, (_, index) => secret(index % 2 === 0 ? 16 : 24));
  expect(new Set(given).size).toBe(given.length);
  for (const [index, one] of given.entries()) expect(one).toMatch(index % 2 === 0 ? /^[\w-]{22}$/ : /^[\w-]{32}$/);
});

it("uses all of its bits", () => {
  const ones = Array.from({ length: 128 }, () => 0);
  for (let round = 0; round < 2_000; round++) {
    const bytes = Buffer.from(secret(16), "base64url");
    for (let bit = 0; bit < 128; bit++) ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
  }
  for (const count of ones) expect(Math.abs(count - 1_000)).toBeLessThan(250);
});
