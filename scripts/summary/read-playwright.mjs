/** What one run of Playwright left. An engine in which no test ran is a problem: a missing browser must not pass. */
import { readFileSync } from "node:fs";

const engines = ["chromium", "firefox", "webkit"];

export function readPlaywright(file) {
  const { config, stats, errors, suites } = JSON.parse(readFileSync(file, "utf8"));
  const all = suites.flatMap((suite) => testsOf(suite, config.rootDir));
  const failures = [
    ...all.filter(({ status }) => status === "unexpected" || status === "flaky"),
    ...errors.map((error) => ({ name: "an error outside any test", file: "", durationMs: 0, message: textOf(error) })),
  ];
  const ran = new Set(all.filter(({ status }) => status !== "skipped").map(({ engine }) => engine));
  return {
    passed: stats.expected,
    failed: Math.max(stats.unexpected + stats.flaky, failures.length),
    skipped: stats.skipped,
    problems: engines.filter((engine) => !ran.has(engine)).map((engine) => `no test ran in ${engine}`),
    failures,
    tests: all,
  };
}

/** A suite's tests, with the names of the suites within its file before their own. */
function testsOf({ suites = [], specs = [] }, rootDir, names = []) {
  return [
    ...specs.flatMap(({ title, file, line, tests }) =>
      tests.map(({ projectName, status, results }) => ({
        name: [projectName, ...names, title].join(" › "),
        file: `${rootDir}/${file}:${line}`,
        engine: projectName,
        status,
        durationMs: results.reduce((sum, { duration }) => sum + duration, 0),
        message: results.flatMap((result) => (result.errors ?? []).map(textOf)).join("\n"),
      })),
    ),
    ...suites.flatMap((suite) => testsOf(suite, rootDir, [...names, suite.title])),
  ];
}

/** Most messages tell their place. */
function textOf({ message, stack, value, location }) {
  const text = message ?? stack ?? value ?? "no message";
  return location && !/^\s+at /m.test(text) ? `${text}\n    at ${location.file}:${location.line}` : text;
}
