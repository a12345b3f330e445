/**
 * Writes the client's two minified browser bundles beside its compiled files: dist/wireway.esm.min.js and
 * dist/wireway.min.js (a script that sets the global `wireway`). Runs as the last step of the client's build.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundleClient } from "./client-bundle.mjs";

const dist = new URL("../packages/client/dist/", import.meta.url);
const bundles = [
  { format: "esm", name: "wireway.esm.min.js" },
  { format: "iife", name: "wireway.min.js" },
];

for (const { format, name } of bundles) {
  const outfile = fileURLToPath(new URL(name, dist));
  const { outputFiles } = await bundleClient({ entry: { file: "dist/index.js" }, format, outfile, sourcemap: true });
  for (const { path, contents } of outputFiles) await writeFile(path, contents);
}
