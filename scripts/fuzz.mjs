// Spoils conversations with a running server and input for the decoders, for as long as one likes.
//   npm run fuzz -- --minutes 10 --seed 1   ten minutes, from that seed on; without a seed, from a random one
//   npm run fuzz -- --seed 42 --cases 40    some cases again, from the seed that a failure told, less those before it

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string" },
    cases: { type: "string" },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed);
const durationMs = Number(values.minutes) * 60_000;
console.log(`seed ${seed}; again: npm run fuzz -- --minutes ${values.minutes} --seed ${seed}`);

const folder = await mkdtemp(join(tmpdir(), "wireway-fuzz-"));
// A crash of the server is one of the run: it has to be told with the seed from which it can be found again.
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
try {
  // CommonJS, because ws is.
  const outfile = join(folder, "fuzz.cjs");
  await build({
    entryPoints: [fileURLToPath(new URL("../packages/server/test/fuzz/fuzz-run.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    conditions: ["@wireway/source"],
    external: ["bufferutil", "utf-8-validate", "msgpackr-extract"],
    logLevel: "error",
  });
  const { fuzz } = (await import(pathToFileURL(outfile).href)).default;
  const { before, after } = await fuzz({
    seed,
    durationMs,
    ...(values.cases !== undefined && { cases: Number(values.cases) }),
    progress: (report) => console.log(told(report)),
  });
  console.log(`before: ${told(before)}\nafter:  ${told(after)}\nstatuses: ${after.statuses.join(" ")}`);
} catch (error) {
  fail(error);
} finally {
  await rm(folder, { recursive: true, force: true });
}
// Node does not always let go of a client's socket that was reset while it ended.
process.exit();

function told({ conversations, decoded, exchanged, longestWaitMs, heldBytes, rssBytes }) {
  const mib = (bytes) => `${(bytes / 1_048_576).toFixed(1)} MiB`;
  return (
    `${conversations} conversations, ${decoded} decoded, the bystander was answered ${exchanged} times ` +
    `(after ${longestWaitMs} ms at most), ${mib(heldBytes)} held, ${mib(rssBytes)} resident`
  );
}

function fail(error) {
  console.error(error);
  console.error(
    `Again: npm run fuzz -- --seed <32 below the seed that is told> --cases 40. This run began with ${seed}.`,
  );
  process.exit(1);
}
