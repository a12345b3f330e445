/**
 * Writes down what went wrong in one run of vitest, for the summary at the end of `.ci/run`. Vitest's own JSON knows neither
 * the differences of what was compared, nor errors of hooks, nor those outside any test; here they are all of one shape.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule, TestSuite } from "vitest/node";

export interface Failure {
  /** Names of the suites and the test, or what it was that failed. */
  readonly name: string;
  /** Absolute; empty where none is known. */
  readonly file: string;
  readonly durationMs: number;
  readonly message: string;
}

export function failureReporter(outputFile: string): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const failures = [
        ...modules.flatMap(failuresOf),
        ...unhandledErrors.map((error) => ({
          name: "an error outside any test",
          file: "",
          durationMs: 0,
          message: messageOf([error]),
        })),
      ];
      mkdirSync(dirname(outputFile), { recursive: true });
      writeFileSync(outputFile, JSON.stringify(failures));
    },
  };
}

function failuresOf(module: TestModule): Failure[] {
  const file = module.moduleId;
  const ofHooks = (entity: TestModule | TestSuite, name: string): Failure[] => {
    const errors = entity.errors();
    return errors.length === 0 ? [] : [{ name, file, durationMs: 0, message: messageOf(errors) }];
  };
  const ofTest = (test: TestCase): Failure => ({
    name: test.fullName,
    file,
    durationMs: Math.round(test.diagnostic()?.duration ?? 0),
    message: messageOf(test.result().errors ?? []),
  });
  return [
    ...ofHooks(module, "the file itself"),
    ...[...module.children.allSuites()].flatMap((suite) => ofHooks(suite, `hooks of ${suite.fullName}`)),
    ...[...module.children.allTests("failed")].map(ofTest),
  ];
}

/** The difference goes before the stack, and without what is equal: only the first lines are shown. */
function messageOf(errors: readonly SerializedError[]): string {
  return errors
    .map(({ name, message, stack, diff, cause }) => {
      const title = `${name ?? "Error"}: ${message}`;
      const differences = stripVTControlCharacters(typeof diff === "string" ? diff : "")
        .split("\n")
        .filter((line) => /^[+-]/.test(line));
      const calls = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
      const behind = cause === undefined ? [] : [messageOf([cause as SerializedError])];
      return [title, ...differences, ...calls, ...behind].join("\n");
    })
    .join("\n");
}
