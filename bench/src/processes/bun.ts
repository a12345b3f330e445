// Where Bun is. It is no dependency, because it is 100 MB that nobody needs to work on Wireway: it is used when it is there,
// and fetched when it is asked for by name.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const version = "1.4.5";

/** @returns the program, or undefined when there is none. */
export function findBun(programs: string): string | undefined {
  const own = ownBun(programs);
  if (existsSync(own)) return own;
  return spawnSync("bun", ["--version"]).status === 0 ? "bun" : undefined;
}

/** Fetches the npm package beside the bundled programs. */
export function installBun(programs: string): string | undefined {
  console.log(`fetching bun ${version} (about 100 MB)`);
  const flags = ["--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  spawnSync("npm", ["install", "--prefix", join(programs, "bun"), ...flags, `bun@${version}`], { stdio: "inherit" });
  return findBun(programs);
}

function ownBun(programs: string): string {
  return join(programs, "bun/node_modules/.bin/bun");
}
