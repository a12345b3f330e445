// All end-to-end tests, those that come later also when others have failed: Node's, then the browsers'.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL(".", import.meta.url));
const steps = [
  "node ../scripts/ensure-browsers.mjs",
  "node ../scripts/ensure-proxies.mjs",
  "vitest run",
  "playwright test --config=playwright.timed.config.ts",
  "playwright test",
];
const failed = steps.filter((step) => spawnSync(step, { cwd, shell: true, stdio: "inherit" }).status !== 0);
for (const step of failed) console.error(`failed: ${step}`);
process.exit(failed.length > 0 ? 1 : 0);
