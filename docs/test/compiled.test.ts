// Compiles every sample of the guide, so that none tells of a name or a type that is not there (any more). Each is a module
// of its own, whose lines have the numbers that they have on the page.

import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing, pages, type Sample, samplesOf } from "./samples.ts";

const folder = fileURLToPath(new URL("../.samples/compiled/", import.meta.url));
const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

const samples = pages.flatMap((page) => samplesOf(page));
let complaints: readonly string[] = [];

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const sample of samples) writeFileSync(`${folder}${fileOf(sample)}`, moduleOf(sample));
  writeFileSync(
    `${folder}tsconfig.json`,
    JSON.stringify({
      compilerOptions: {
        target: "ES2023",
        lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
        module: "esnext",
        moduleResolution: "bundler",
        customConditions: ["@wireway/source"],
        allowImportingTsExtensions: true,
        types: ["node"],
        strict: true,
        noEmit: true,
        skipLibCheck: true,
      },
      include: ["*.ts"],
    }),
  );
  const output = await new Promise<string>((resolve) => {
    const args = [compiler, "-p", folder, "--pretty", "false"];
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) => resolve(stdout));
  });
  complaints = output.split("\n").filter((line) => /\berror TS/.test(line));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("there are samples", () => {
  expect(samples.length).toBeGreaterThan(10);
});

test("complains of nothing but samples", () => {
  const known = new Set(samples.map(fileOf));
  expect(complaints.filter((line) => !known.has(nameIn(line)))).toEqual([]);
});

describe.each(pages.filter((page) => samplesOf(page).length > 0))("%s", (page) => {
  test.each(samplesOf(page).map((sample) => [sample.line, sample] as const))("compiles at line %d", (_line, sample) => {
    const own = complaints.filter((line) => nameIn(line) === fileOf(sample));
    // JavaScript does not say what its parameters are.
    expect(own.filter((line) => sample.language === "ts" || !/TS70\d\d/.test(line))).toEqual([]);
  });
});

function fileOf({ page, line }: Sample): string {
  return `${page.replace(/^.*\//, "").replace(/\.md$/, "")}.${line}.ts`;
}

function nameIn(complaint: string): string {
  return /([\w.-]+\.ts)\(/.exec(complaint)?.[1] ?? "";
}

function moduleOf(sample: Sample): string {
  const names = missing(sample);
  const from = `../../test/given-${sample.side}.ts`;
  const imports = names.length > 0 ? `import { ${names.join(", ")} } from "${from}";` : "";
  return `export {}; ${imports}${"\n".repeat(sample.line - 1)}${sample.code}`;
}
