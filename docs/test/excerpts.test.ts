// The guide shows parts of the examples, which are tested where they stand: here only that the guide shows what they are.
// A block names its file behind the language, and stands there line by line.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pages } from "./samples.ts";

const root = new URL("../../", import.meta.url);

function excerptsOf(page: string): { file: string; excerpt: string }[] {
  const text = readFileSync(new URL(page, root), "utf8");
  const blocks = text.matchAll(/^```\w+ (examples\/\S+)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, file = "", excerpt = ""]) => ({ file, excerpt }));
}

const excerpts = pages.flatMap((page) => excerptsOf(page).map(({ file, excerpt }) => [page, file, excerpt] as const));

test("there are excerpts", () => {
  expect(excerpts.length).toBeGreaterThan(5);
});

describe("what the guide shows of an example", () => {
  test.each(excerpts)("%s shows %s as it is", (_page, file, excerpt) => {
    expect(readFileSync(new URL(file, root), "utf8")).toContain(`\n${excerpt}`);
  });
});
