#!/usr/bin/env node
// The program `wireway-doctor`, which `npx @wireway/doctor` runs.

import process from "node:process";
import { main } from "./main.ts";

/** What still holds the process then is nothing that anybody waits for. */
const graceMs = 1_000;

// Whoever read the output has seen enough, as `head` does.
process.stdout.on("error", () => process.exit());

main(process.argv.slice(2), process).then(
  (exitCode) => {
    process.exitCode = exitCode;
    setTimeout(() => process.exit(), graceMs).unref();
  },
  (error: unknown) => {
    process.stderr.write(`wireway-doctor: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(2);
  },
);
