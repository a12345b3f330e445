// Runs the comparison as one program: TypeScript bundled, libraries as they are installed, Wireway as it was built.

import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const outfile = fileURLToPath(new URL("../results/compare.mjs", import.meta.url));
await build({
  entryPoints: [fileURLToPath(new URL("./compare.ts", import.meta.url))],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  logLevel: "error",
});
const { compare } = await import(pathToFileURL(outfile).href);
await compare(fileURLToPath(new URL("../../", import.meta.url)));
process.exit();
