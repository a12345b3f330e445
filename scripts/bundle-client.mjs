/**
 * Writes what browsers get beside the client's compiled files: dist/browser, the modules that bundlers find, and of those two
 * minified bundles, dist/wireway.esm.min.js and dist/wireway.min.js (a script that sets the global `wireway`). Runs as the
 * last step of the client's build.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundleClient, bundleModules } from "./client-bundle.mjs";

const dist = new URL("../packages/client/dist/", import.meta.url);
const outdir = fileURLToPath(new URL("browser/", dist));
const names = ["index", "core", "debug", "contracts", "msgpack"];

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir);
const entries = Object.fromEntries(names.map((name) => [name, `dist/${name}.js`]));
const modules = await bundleModules({ entries, outdir });
await write(modules);
await writeFile(new URL("browser/third-party.txt", dist), await licenses(Object.keys(modules.metafile.inputs)));

for (const [format, name] of [
  ["esm", "wireway.esm.min.js"],
  ["iife", "wireway.min.js"],
]) {
  const outfile = fileURLToPath(new URL(name, dist));
  await write(await bundleClient({ entry: { file: "dist/browser/index.js" }, format, outfile, sourcemap: true }));
}

async function write({ outputFiles }) {
  for (const { path, contents } of outputFiles) await writeFile(path, contents);
}

/** The licences of what is bundled from other packages, word by word. */
async function licenses(inputs) {
  const folders = inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(input)?.[0]);
  const texts = [...new Set(folders.filter(Boolean))].map(async (folder) => {
    const name = folder.replace(/^.*node_modules\/(.*)\/$/, "$1");
    return `${name}\n\n${await readFile(new URL(`../${folder}LICENSE`, dist), "utf8")}`;
  });
  return (await Promise.all(texts)).join("\n\n");
}
