import { expect, it } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

it("gives a burst at once, and then what flows in", () => {
  const bucket = new TokenBucket(10, 5, 1_000);
  for (let count = 0; count < 50; count++) expect(bucket.take(1, 1_000)).not.toBe("empty");
  expect(bucket.take(1, 1_000)).toBe("empty");
  expect(bucket.take(1, 1_099)).toBe("empty");
  expect(bucket.take(1, 1_100)).toBe("enough");
  expect(bucket.take(1, 1_100)).toBe("empty");
});

it("takes nothing of what is too much", () => {
  const bucket = new TokenBucket(10, 5, 0);
  expect(bucket.take(51, 0)).toBe("empty");
  expect(bucket.take(40, 0)).toBe("enough");
});

it("holds no more than a burst, however long it is left alone", () => {
  const bucket = new TokenBucket(10, 5, 0);
  expect(bucket.take(51, 1_000_000)).toBe("empty");
  expect(bucket.take(50, 1_000_000)).toBe("low");
});

it("tells that it is low once, until it was half full again", () => {
  const bucket = new TokenBucket(10, 10, 0);
  expect(bucket.take(80, 0)).toBe("enough");
  expect(bucket.take(1, 0)).toBe("low");
  expect(bucket.take(1, 0)).toBe("enough");
  // 48 of 100.
  expect(bucket.take(30, 3_000)).toBe("enough");
  expect(bucket.take(1, 3_000)).toBe("enough");
  // 57 of 100.
  expect(bucket.take(1, 7_000)).toBe("enough");
  expect(bucket.take(40, 7_000)).toBe("low");
});

it("does not mind a clock that stands still", () => {
  const bucket = new TokenBucket(10, 5, 0);
  expect([bucket.take(1, 0), bucket.take(1, 0), bucket.take(49, 0)]).toEqual(["enough", "enough", "empty"]);
});
