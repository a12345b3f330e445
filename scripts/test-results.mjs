/**
 * Sums what every test runner wrote down, and ends with the one line `N passed, N failed`.
 *
 * `--clear` removes the files of earlier runs instead, so that a suite that did not run cannot pass with old numbers.
 * Exits with 1 when a test failed, a suite left no results or ran no test, or a browser engine ran none.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const engines = ["chromium", "firefox", "webkit"];

/** Every folder that has a test runner's configuration has a suite, so that nobody can forget to list one here. */
function suites() {
  const folders = ["packages", "examples"].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(parent, name)),
  );
  return [...folders, "docs", "e2e"].flatMap((folder) => {
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

/** A file that does not load, or an error outside any test, fails the run without failing a test: it counts as one. */
function readVitest({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, success, testResults }) {
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  ).length;
  const failed = numFailedTests + brokenFiles;
  return {
    passed: numPassedTests,
    failed: failed === 0 && !success ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
    problems: [],
  };
}

function readPlaywright({ stats, errors, suites: tree }) {
  const ran = new Set();
  const visit = ({ suites = [], specs = [] }) => {
    for (const suite of suites) visit(suite);
    for (const { tests } of specs) {
      for (const { projectName, status } of tests) if (status !== "skipped") ran.add(projectName);
    }
  };
  visit({ suites: tree });
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + (stats.unexpected === 0 && errors.length > 0 ? 1 : 0),
    skipped: stats.skipped,
    problems: engines.filter((engine) => !ran.has(engine)).map((engine) => `no test ran in ${engine}`),
  };
}

if (process.argv.includes("--clear")) {
  for (const { file } of suites()) rmSync(join(root, file), { force: true });
} else {
  const problems = [];
  const rows = [];
  for (const { name, file, read } of suites()) {
    if (!existsSync(join(root, file))) {
      problems.push(`${name}: no results, ${file} is missing`);
      continue;
    }
    const { passed, failed, skipped, problems: own } = read(JSON.parse(readFileSync(join(root, file), "utf8")));
    rows.push({ suite: name, passed, failed, skipped });
    if (passed + failed === 0) problems.push(`${name}: no test ran`);
    problems.push(...own.map((problem) => `${name}: ${problem}`));
  }
  const sum = (column) => rows.reduce((total, row) => total + row[column], 0);
  console.table(rows);
  for (const problem of problems) console.log(problem);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  if (problems.length > 0 || sum("failed") > 0 || sum("passed") === 0) process.exitCode = 1;
}
