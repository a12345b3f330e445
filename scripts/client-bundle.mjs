/**
 * How the client is bundled for browsers: one place for the options, used by the build, the size check and whoever else
 * needs the bytes a browser will get. A bundle that reaches a Node module is refused here, not discovered in a browser.
 */
import { builtinModules } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const clientDir = fileURLToPath(new URL("../packages/client/", import.meta.url));

/** Inputs that may never be part of a browser bundle. */
const nodeOnly = [/node_modules\/(?:\.pnpm\/)?ws[@/]/, /environment-node\./];

/** Anything esbuild would otherwise leave as an import of a Node module becomes an error that names the importer. */
const refuseNodeBuiltins = {
  name: "refuse-node-builtins",
  setup(context) {
    const names = builtinModules.map((name) => name.replaceAll("/", "\\/")).join("|");
    context.onResolve({ filter: new RegExp(`^(?:node:.*|${names})$`) }, ({ path, importer }) => ({
      errors: [{ text: `browser bundle reaches the Node module "${path}" from ${importer}` }],
    }));
  },
};

/** The same values, in fewer bytes; the linter wants the longer ones. */
const define = { "Number.POSITIVE_INFINITY": "Infinity" };

/** The bundle minified once more: terser finds 3 % (after gzip) that esbuild leaves, most of it in names and declarations. */
async function minifyAgain(outputFiles, format) {
  const [script, map] = [".js", ".js.map"].map((end) => outputFiles.find(({ path }) => path.endsWith(end)));
  const result = await minify(script.text, {
    // What a script declares is its global; what a module declares is its own.
    module: format === "esm",
    ecma: 2022,
    compress: { passes: 2 },
    ...(map && { sourceMap: { content: map.text, url: basename(map.path) } }),
  });
  const files = [{ path: script.path, text: result.code }, ...(map ? [{ path: map.path, text: result.map }] : [])];
  return files.map(({ path, text }) => ({ path, text, contents: Buffer.from(text) }));
}

/**
 * Bundles from the built files, under the conditions a user's bundler has: what is measured is what is published.
 *
 * @param {{ entry: { file: string } | { code: string }, format: "esm" | "iife", outfile?: string, sourcemap?: boolean, conditions?: string[] }} request
 *   `conditions`: a test has no built files and bundles from source
 * @returns {Promise<{ outputFiles: { path: string, text: string, contents: Uint8Array }[], metafile: import("esbuild").Metafile }>}
 */
export async function bundleClient({ entry, format, outfile = "bundle.js", sourcemap = false, conditions = [] }) {
  const result = await build({
    absWorkingDir: clientDir,
    ...("file" in entry ? { entryPoints: [entry.file] } : { stdin: { contents: entry.code, resolveDir: clientDir } }),
    outfile,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: "browser",
    conditions,
    mainFields: ["browser", "module", "main"],
    target: ["es2022"],
    define,
    format,
    ...(format === "iife" ? { globalName: "wireway" } : {}),
    sourcemap: sourcemap ? "linked" : false,
    legalComments: "none",
    plugins: [refuseNodeBuiltins],
    logLevel: "warning",
  });
  const forbidden = Object.keys(result.metafile.inputs).filter((input) =>
    nodeOnly.some((pattern) => pattern.test(input)),
  );
  if (forbidden.length > 0) throw new Error(`browser bundle contains Node code: ${forbidden.join(", ")}`);
  return { outputFiles: await minifyAgain(result.outputFiles, format), metafile: result.metafile };
}
