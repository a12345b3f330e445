import { expect, it } from "vitest";
import { SharedTexts } from "./shared-text.ts";

it("keeps no more than a thousand texts or so, and none that is long", () => {
  const texts = new SharedTexts();
  for (let index = 0; index < 5_000; index++) expect(texts.of(`text ${index}`)).toBe(`text ${index}`);
  expect(texts.size).toBeLessThanOrEqual(1_024);
  const before = texts.size;
  expect(texts.of("x".repeat(10_000))).toHaveLength(10_000);
  expect(texts.size).toBe(before);
});
