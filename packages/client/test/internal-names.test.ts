// The names that browsers' modules shorten, beside what must keep its name: what the reference tells of, and what is on the
// wire in the test vectors.

import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);
let names: readonly string[];

beforeAll(async () => {
  const script = new URL("scripts/internal-names.mjs", root).href;
  names = ((await import(script)) as { internalNames: () => readonly string[] }).internalNames();
}, 60_000);

test("are many, and some of them are known", () => {
  expect(names.length).toBeGreaterThan(80);
  expect(names).toEqual(expect.arrayContaining(["ledger", "outbox", "acked"]));
});

test("none is a name that the reference tells of", async () => {
  const told = await textsOf(
    "docs/reference/",
    /^(?:client|options|shared|terms)/,
    /^(?:\| |### )(?:<a[^>]*><\/a>)?`(?:\w+\.)?(\w+)[^`]*`/gm,
  );
  expect(told).toContain("emitWithAck");
  expect(told).toContain("attemptDelayMs");
  expect(names.filter((name) => told.includes(name))).toEqual([]);
});

test("none is on the wire", async () => {
  const keys = await textsOf("docs/vectors/", /^/, /"(\w+)\\?":/g);
  expect(keys).toContain("received");
  // What describes a vector, and is in none.
  const describing = new Set(["client", "packet", "parts"]);
  expect(names.filter((name) => keys.includes(name) && !describing.has(name))).toEqual([]);
});

/** What stands in the place of the pattern's group, in a folder's files of such names. */
async function textsOf(folder: string, file: RegExp, pattern: RegExp): Promise<string[]> {
  const path = fileURLToPath(new URL(folder, root));
  const files = (await readdir(path)).filter((name) => file.test(name));
  const texts = files.map((name) => readFile(path + name, "utf8"));
  return (await Promise.all(texts)).flatMap((text) => [...text.matchAll(pattern)].map(([, name = ""]) => name));
}
