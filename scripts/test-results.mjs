/**
 * Sums what every test runner wrote down: tells which tests were slowest and which failed, and why, and ends with the one
 * line `N passed, N failed`.
 *
 * `--clear` removes the files of earlier runs instead, so that a suite that did not run cannot pass with old numbers.
 * Exits with 1 when a test failed, a suite left no results or ran no test, or a browser engine ran none.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeFailures, describeSlowest } from "./summary/describe-failures.mjs";
import { readPlaywright } from "./summary/read-playwright.mjs";
import { failuresFile, readVitest } from "./summary/read-vitest.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const slowestShown = 10;

/** Every folder that has a test runner's configuration has a suite, so that nobody can forget to list one here. */
function suites() {
  const folders = ["packages", "examples"].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(parent, name)),
  );
  return [...folders, "docs", "bench", "e2e"].flatMap((folder) => {
    const found = [];
    const vitest = join(root, folder, "vitest.config.ts");
    if (existsSync(vitest)) {
      const name = /packageConfig\("([\w-]+)"/.exec(readFileSync(vitest, "utf8"))?.[1] ?? basename(folder);
      found.push({ name, file: join("results", `${name}.json`), read: readVitest });
    }
    for (const file of readdirSync(join(root, folder))) {
      const config = /^(playwright(?:\.\w+)?)\.config\.ts$/.exec(file)?.[1];
      if (config === undefined) continue;
      found.push({
        name: `${folder} in browsers, ${config}`,
        file: join(folder, `results/${config}.json`),
        read: readPlaywright,
      });
    }
    return found;
  });
}

if (process.argv.includes("--clear")) {
  for (const { file } of suites()) {
    for (const left of [file, failuresFile(file)]) rmSync(join(root, left), { force: true });
  }
} else {
  const problems = [];
  const rows = [];
  const tests = [];
  const failures = [];
  for (const { name, file, read } of suites()) {
    const path = join(root, file);
    if (!existsSync(path) || (read === readVitest && !existsSync(failuresFile(path)))) {
      problems.push(`${name}: no results, ${file} is missing`);
      continue;
    }
    const { passed, failed, skipped, ...left } = read(path);
    rows.push({ suite: name, passed, failed, skipped });
    tests.push(...left.tests.map((test) => ({ ...test, suite: name })));
    failures.push(...left.failures.map((failure) => ({ ...failure, suite: name })));
    if (passed + failed === 0) problems.push(`${name}: no test ran`);
    problems.push(...left.problems.map((problem) => `${name}: ${problem}`));
  }
  const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
  console.table(rows);
  const load = loadavg().map((average) => average.toFixed(1));
  console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${load.join(" ")}; the slowest tests:`);
  for (const line of describeSlowest(tests, slowestShown, root)) console.log(line);
  for (const line of describeFailures(failures, root)) console.log(line);
  for (const problem of problems) console.log(problem);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  if (problems.length > 0 || sum("failed") > 0 || sum("passed") === 0) process.exitCode = 1;
}
