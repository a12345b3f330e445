/** What one run of vitest left: its own JSON, and beside it what went wrong, with differences and errors outside tests. */
import { readFileSync } from "node:fs";

/** Where the reporter in vitest.failures.ts writes, beside vitest's own file. */
export const failuresFile = (file) => file.replace(/\.json$/, ".failures.json");

export function readVitest(file) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success, testResults } = read(file);
  const failures = read(failuresFile(file));
  // A file that does not load, or an error outside any test, fails the run without failing a test.
  const failed = Math.max(numFailedTests, failures.length, success ? 0 : 1);
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, duration }) => ({ name: fullName, file: name, durationMs: duration ?? 0 })),
  );
  return {
    passed: numPassedTests,
    failed,
    skipped: numPendingTests + numTodoTests,
    problems: [],
    failures,
    tests,
  };
}

const read = (file) => JSON.parse(readFileSync(file, "utf8"));
