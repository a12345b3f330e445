// Runs the protocol's simulation: many seeds, or one with everything that happened in it.
//   npm run simulate -- --seeds 1000000            all profiles in turn
//   npm run simulate -- --profile ghost --seed 42  one run, told line by line

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({
  options: {
    profile: { type: "string" },
    seed: { type: "string" },
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
  },
});

const folder = await mkdtemp(join(tmpdir(), "wireway-simulate-"));
try {
  const outfile = join(folder, "simulation.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL("../packages/testkit/src/index.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@wireway/source"],
    logLevel: "error",
  });
  const { profiles, simulate } = await import(pathToFileURL(outfile).href);
  const chosen = values.profile === undefined ? profiles : [values.profile];
  if (chosen.some((profile) => !profiles.includes(profile))) {
    throw new Error(`--profile must be one of ${profiles.join(", ")}`);
  }
  if (values.seed !== undefined) {
    for (const profile of chosen) console.log(simulate(Number(values.seed), profile, (line) => console.log(line)));
  } else {
    const each = Math.ceil(Number(values.seeds) / chosen.length);
    for (const profile of chosen) runMany(simulate, profile, each, Number(values.from));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Goes on after a failure, so that one shows how often it comes. */
function runMany(simulate, profile, count, from) {
  const startedMs = performance.now();
  const failures = [];
  let [messages, transmissions, waitedMs, moves] = [0, 0, 0, 0];
  for (let seed = from; seed < from + count; seed++) {
    try {
      const report = simulate(seed, profile);
      messages += report.messages;
      transmissions += report.transmissions;
      waitedMs += report.waitedMs;
      moves += report.moves;
    } catch (error) {
      failures.push(error.message);
    }
  }
  const passed = count - failures.length;
  const ratio = (transmissions / messages).toFixed(3);
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(
    `${profile}: ${count} seeds, ${failures.length} failed, ${messages} messages, ${ratio} transmissions a message, ` +
      `longest wait ${(waitedMs / passed).toFixed(0)} ms, ${(moves / passed).toFixed(1)} moves, ${seconds} s`,
  );
  for (const failure of failures.slice(0, 10)) console.log(failure);
  if (failures.length > 0) process.exitCode = 1;
}
