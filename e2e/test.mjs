// Both halves of the end-to-end tests, the second one also when the first has failed: Node's, then the browsers'.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL(".", import.meta.url));
const steps = [
  "node ../scripts/ensure-browsers.mjs",
  "node ../scripts/ensure-proxies.mjs",
  "vitest run",
  "playwright test",
];
const failed = steps.filter((step) => spawnSync(step, { cwd, shell: true, stdio: "inherit" }).status !== 0);
for (const step of failed) console.error(`failed: ${step}`);
process.exit(failed.length > 0 ? 1 : 0);
