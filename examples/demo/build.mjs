/**
 * Builds the demo into dist/: the page as one module (with the client in it, as any application would bundle it), and
 * the two Node programs, whose packages stay outside.
 */
import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
/** The page tells its visitors what the client's errors say: their sentences are left out of bundles for production. */
const conditions = ["development"];
const shared = { absWorkingDir: here, bundle: true, format: "esm", sourcemap: true, logLevel: "warning" };

await rm(new URL("dist", import.meta.url), { recursive: true, force: true });
await Promise.all([
  cp(new URL("public", import.meta.url), new URL("dist/page", import.meta.url), { recursive: true }),
  build({
    ...shared,
    entryPoints: { page: "src/page/main.ts" },
    outdir: "dist/page",
    target: "es2022",
    minify: true,
    conditions,
  }),
  build({
    ...shared,
    entryPoints: { start: "src/server/start.ts", server: "src/server/server.ts" },
    outdir: "dist",
    platform: "node",
    target: "node20",
    packages: "external",
  }),
]);
