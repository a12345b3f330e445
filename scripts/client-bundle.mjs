/**
 * How the client is bundled for browsers: one place for the options, used by the build, the size check and whoever else
 * needs the bytes a browser will get. First the modules that browsers' bundlers find in the package, in which internal
 * properties have short names; then, from those, the minified bundles. One that reaches a Node module is refused here, not
 * discovered in a browser.
 */

import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";
import ts from "typescript6";
import { internalNames } from "./internal-names.mjs";

const clientDir = fileURLToPath(new URL("../packages/client/", import.meta.url));

/** Inputs that may never be part of a browser bundle. */
const nodeOnly = [/node_modules\/(?:\.pnpm\/)?ws[@/]/, /(?:environment|event-source)-node\./];

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

/** Statements of eventemitter3 that give it what listeners never call; nobody else sees an emitter. */
const uncalled = /^EventEmitter\.(?:prototype\.(?:eventNames|listeners|addListener)|prefixed|EventEmitter) = /;

/**
 * What others' code asks of the platform, with the answer of every browser that runs modules of ES2022; and what it asks of its
 * callers, with ours.
 */
const answers = {
  "eventemitter3/index.js": [
    // Whether an object without a prototype has a `__proto__`.
    ["prefix = '~'", "prefix = false"],
    ["if (Object.create) {", "{"],
    ["if (!new Events().__proto__) prefix = false;", ""],
    // The event, and what our one listener is called with.
    ["len = arguments.length", "len = 4"],
    ["typeof fn !== 'function'", "false"],
  ],
  "engine.io-parser/build/esm/decodePacket.browser.js": [
    ['typeof ArrayBuffer === "function"', "true"],
    ['typeof encodedPacket !== "string"', "false"],
    ["switch (binaryType) {", 'switch ("arraybuffer") {'],
  ],
  "engine.io-parser/build/esm/contrib/base64-arraybuffer.js": [["typeof Uint8Array === 'undefined'", "false"]],
};

async function readAnswered(path) {
  let text = await readFile(path, "utf8");
  const [, file] = path.replaceAll("\\", "/").split(/.*\/node_modules\//);
  for (const [question, answer] of answers[file] ?? []) {
    if (!text.includes(question)) throw new Error(`${path} does not have ${question}`);
    text = text.replace(question, answer);
  }
  return text;
}

/** Of engine.io-parser only what is used: it does not say that its modules do nothing by being there. */
const pickParser = {
  name: "pick-parser",
  setup(context) {
    const inside = /[\\/]engine\.io-parser[\\/]/;
    context.onResolve({ filter: /^\.{1,2}\// }, async ({ path, importer, pluginData, ...rest }) => {
      if (pluginData === pickParser || !inside.test(importer)) return undefined;
      const found = await context.resolve(path, { ...rest, importer, pluginData: pickParser });
      return { ...found, sideEffects: false };
    });
    context.onLoad({ filter: /[\\/]engine\.io-parser[\\/].*\.js$/ }, async ({ path }) => ({
      contents: await readAnswered(path),
    }));
  },
};

/** eventemitter3 as a module, without what is not called: bundlers wrap CommonJS, and leave nothing of it out. */
const unwrapEmitter = {
  name: "unwrap-emitter",
  setup(context) {
    context.onLoad({ filter: /[\\/]eventemitter3[\\/]index\.js$/ }, async ({ path }) => {
      const text = await readAnswered(path);
      const statements = ts
        .createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
        .statements.map((one) => one.getText());
      const last = statements.pop();
      if (!last.startsWith("if ('undefined' !== typeof module)")) throw new Error(`${path} does not end as expected`);
      const kept = statements.filter((one) => !uncalled.test(one));
      if (statements.length - kept.length !== 5) throw new Error(`${path} does not have the methods that are left out`);
      return { contents: `${kept.join("\n")}\nexport { EventEmitter };` };
    });
    context.onLoad({ filter: /[\\/]eventemitter3[\\/]index\.mjs$/ }, () => ({
      contents: 'export { EventEmitter } from "./index.js";',
    }));
  },
};

/**
 * Private members as properties of one letter, the same ones in each class, and no declaration of a field that says nothing but
 * its name: minifiers can do neither. What is left out leaves blanks, for the source maps.
 */
const unfence = {
  name: "unfence",
  setup(context) {
    const filter = /[\\/]packages[\\/](?:client|protocol)[\\/](?:dist|src)[\\/].*\.[jt]s$/;
    context.onLoad({ filter }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.split("");
      const visit = (node, names) => {
        if (ts.isPropertyDeclaration(node) && !node.initializer) {
          contents.fill(" ", node.getStart(), node.end);
          return;
        }
        if (ts.isPrivateIdentifier(node)) {
          if (!names.has(node.text)) names.set(node.text, letters[names.size]);
          if (names.size > letters.length) throw new Error(`${path} has more private names than there are letters`);
          contents.fill(" ", node.getStart(), node.end);
          contents[node.getStart()] = names.get(node.text);
        }
        const inner = ts.isClassLike(node) ? new Map() : names;
        ts.forEachChild(node, (child) => visit(child, inner));
      };
      visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true), new Map());
      return { contents: contents.join(""), loader: path.endsWith(".ts") ? "ts" : "js" };
    });
  },
};
const letters = "tesinrhoacldufmpgvbwykxjqzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The same values, in fewer bytes; the linter wants the longer ones. */
const define = { "Number.POSITIVE_INFINITY": "Infinity" };

/** The bundle minified once more: terser finds 3 % (after gzip) that esbuild leaves, most of it in names and declarations. */
async function minifyAgain(outputFiles, format) {
  const [script, map] = [".js", ".js.map"].map((end) => outputFiles.find(({ path }) => path.endsWith(end)));
  const result = await minify(script.text, {
    // What a script declares is its global; what a module declares is its own.
    module: format === "esm",
    ecma: 2022,
    compress: {
      passes: 3,
      unsafe_arrows: true,
      unsafe_methods: true,
      pure_getters: true,
      keep_fargs: false,
      // What these do makes texts more unlike each other than it makes them shorter.
      lhs_constants: false,
      sequences: false,
    },
    ...(map && { sourceMap: { content: map.text, url: basename(map.path) } }),
  });
  const files = [{ path: script.path, text: result.code }, ...(map ? [{ path: map.path, text: result.map }] : [])];
  return files.map(({ path, text }) => ({ path, text, contents: Buffer.from(text) }));
}

const common = {
  absWorkingDir: clientDir,
  bundle: true,
  write: false,
  metafile: true,
  platform: "browser",
  mainFields: ["browser", "module", "main"],
  target: ["es2022"],
  define,
  legalComments: "none",
  logLevel: "warning",
};

/**
 * The modules that browsers get, one for each entry point, and what they share.
 *
 * @param {{ entries: Record<string, string>, outdir: string, conditions?: string[] }} request
 *   `conditions`: a test has no built files and bundles from source
 */
export async function bundleModules({ entries, outdir, conditions = [] }) {
  const result = await build({
    ...common,
    entryPoints: entries,
    outdir,
    conditions,
    format: "esm",
    splitting: true,
    chunkNames: "shared-[hash]",
    external: ["msgpackr"],
    mangleProps: new RegExp(`^(?:_events(?:Count)?|${internalNames().join("|")})$`),
    sourcemap: "linked",
    plugins: [refuseNodeBuiltins, unwrapEmitter, pickParser, unfence],
  });
  refuseNodeCode(result.metafile);
  return result;
}

/**
 * Bundles from the built modules, under the conditions a user's bundler has: what is measured is what is published.
 *
 * @param {{ entry: { file: string } | { code: string }, format: "esm" | "iife", outfile?: string, sourcemap?: boolean, conditions?: string[] }} request
 *   `conditions`: a test has no built files and bundles from source
 * @returns {Promise<{ outputFiles: { path: string, text: string, contents: Uint8Array }[], metafile: import("esbuild").Metafile }>}
 */
export async function bundleClient({ entry, format, outfile = "bundle.js", sourcemap = false, conditions = [] }) {
  const result = await build({
    ...common,
    ...("file" in entry ? { entryPoints: [entry.file] } : { stdin: { contents: entry.code, resolveDir: clientDir } }),
    outfile,
    minify: true,
    conditions,
    format,
    ...(format === "iife" ? { globalName: "wireway" } : {}),
    sourcemap: sourcemap ? "linked" : false,
    plugins: [refuseNodeBuiltins],
  });
  refuseNodeCode(result.metafile);
  return { outputFiles: await minifyAgain(result.outputFiles, format), metafile: result.metafile };
}

function refuseNodeCode({ inputs }) {
  const forbidden = Object.keys(inputs).filter((input) => nodeOnly.some((pattern) => pattern.test(input)));
  if (forbidden.length > 0) throw new Error(`browser bundle contains Node code: ${forbidden.join(", ")}`);
}
