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
  const { profiles, simulate, simulateMany } = await import(pathToFileURL(outfile).href);
  const chosen = values.profile === undefined ? profiles : [values.profile];
  if (chosen.some((profile) => !profiles.includes(profile))) {
    throw new Error(`--profile must be one of ${profiles.join(", ")}`);
  }
  if (values.seed !== undefined) {
    for (const profile of chosen) console.log(simulate(Number(values.seed), profile, (line) => console.log(line)));
  } else {
    const each = Math.ceil(Number(values.seeds) / chosen.length);
    for (const profile of chosen) {
      const startedMs = performance.now();
      const { messages, transmissions } = simulateMany(profile, each, Number(values.from));
      const ratio = (transmissions / messages).toFixed(3);
      const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
      console.log(`${profile}: ${each} seeds, ${messages} messages, ${ratio} transmissions a message, ${seconds} s`);
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
