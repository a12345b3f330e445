/**
 * All tests, in two turns: those of the packages side by side, because many of them wait; then the end-to-end tests by
 * themselves, because some of them measure. The second turn comes also when the first has failed.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("../", import.meta.url));
const turns = [
  "turbo run test --filter=!@wireway/e2e --concurrency=2 --continue",
  "turbo run test --filter=@wireway/e2e --continue",
];
const failed = turns.filter((turn) => spawnSync(turn, { cwd, shell: true, stdio: "inherit" }).status !== 0);
process.exit(failed.length > 0 ? 1 : 0);
