// The tests that measure milliseconds: one after the other, while nothing else runs.

import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";
import type { WorkerOptions } from "./fixture.ts";
import all from "./playwright.config.ts";

const { testIgnore: _timed, ...shared } = all;
const config: PlaywrightTestConfig<object, WorkerOptions> = defineConfig<object, WorkerOptions>({
  ...shared,
  testDir: "tests/timed",
  outputDir: "results/artifacts-timed",
  reporter: [["list"], ["json", { outputFile: "results/playwright.timed.json" }]],
  workers: 1,
  globalTimeout: 420_000,
});

export default config;
