// Runs the benchmarks: TypeScript bundled, libraries as they are installed, Wireway as it was built.

import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outdir = here("./dist/");
await build({
  entryPoints: {
    bench: here("./src/bench.ts"),
    "server-process": here("./src/processes/server-process.ts"),
    "load-process": here("./src/processes/load-process.ts"),
  },
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20",
  packages: "external",
  logLevel: "error",
});
await build({
  entryPoints: [here("./src/report/page.ts")],
  outfile: `${outdir}report-page.js`,
  bundle: true,
  minify: true,
  format: "iife",
  logLevel: "error",
});
const { bench } = await import(pathToFileURL(`${outdir}bench.mjs`).href);
process.exitCode = await bench(process.argv.slice(2), here("./"));
