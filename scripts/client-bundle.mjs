/**
 * How the client is bundled for browsers: one place for the options, used by the build, the size check and whoever else
 * needs the bytes a browser will get. A bundle that reaches a Node module is refused here, not discovered in a browser.
 */
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

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

/**
 * Bundles from the built files, under the conditions a user's bundler has: what is measured is what is published.
 *
 * @param {{ entry: { file: string } | { code: string }, format: "esm" | "iife", sourcemap?: boolean }} request
 * @returns {Promise<import("esbuild").BuildResult & { outputFiles: import("esbuild").OutputFile[] }>}
 */
export async function bundleClient({ entry, format, outfile = "bundle.js", sourcemap = false }) {
  const result = await build({
    absWorkingDir: clientDir,
    ...("file" in entry ? { entryPoints: [entry.file] } : { stdin: { contents: entry.code, resolveDir: clientDir } }),
    outfile,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: "browser",
    conditions: [],
    mainFields: ["browser", "module", "main"],
    target: ["es2022"],
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
  return result;
}
