// One run over three engines: every test runs in every project, and a missing engine fails its tests
// (never skips them). No retries: a test that passes the second time has found something.

import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";
import { engineNames } from "./browsers/find.ts";
import type { WorkerOptions } from "./fixture.ts";

const config: PlaywrightTestConfig<object, WorkerOptions> = defineConfig<object, WorkerOptions>({
  testDir: "tests",
  testIgnore: "timed/**",
  outputDir: "results/artifacts",
  globalSetup: "./browsers/announce.ts",
  reporter: [["list"], ["json", { outputFile: "results/playwright.json" }]],
  workers: 2,
  retries: 0,
  forbidOnly: "CI" in process.env,
  timeout: 30_000,
  // Longer than any machine takes, shorter than anybody waits.
  globalTimeout: 900_000,
  projects: engineNames.map((engineName) => ({ name: engineName, use: { engineName } })),
});

export default config;
