/**
 * Packs every public package as it would be published and checks the tarball: publint for the manifest, attw for the
 * types as Node and bundlers resolve them, and our own list of what may be inside. Needs a build; publishes nothing.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const bin = (name) => join(root, "node_modules", ".bin", name);

/** A script for pages has no types: it is not imported. */
const entrypointsWithoutTypes = ["bundle/iife", "package.json"];

function run(command, args, cwd = root) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { ok: status === 0, output: `${stdout ?? ""}${stderr ?? ""}`.trim() };
}

/** Every packed file that should not be there, and every one that should and is not. */
function contentProblems(tarball, folder) {
  const files = run("tar", ["-tzf", tarball])
    .output.split("\n")
    .map((path) => path.replace(/^package\//, ""));
  const problems = [];
  for (const wanted of ["package.json", "LICENSE", "dist/index.js", "dist/index.d.ts", "src/index.ts"]) {
    if (!files.includes(wanted)) problems.push(`${wanted} is missing`);
  }
  for (const file of files) {
    if (/\.test\.|tsbuildinfo$|^(?:test|node_modules|results)\//.test(file))
      problems.push(`${file} should not be published`);
    const compiled = /^dist\/(?!browser\/)(.*)\.(?:js|d\.ts)$/.exec(file)?.[1];
    if (compiled === undefined || compiled.endsWith(".min")) continue;
    if (!existsSync(join(folder, "src", `${compiled}.ts`))) problems.push(`${file} is left from a source that is gone`);
  }
  const manifest = run("tar", ["-xzOf", tarball, "package/package.json"]).output;
  if (/"(?:workspace|catalog):/.test(manifest)) problems.push("package.json still has a workspace version");
  return problems;
}

const work = mkdtempSync(join(tmpdir(), "wireway-pack-"));
let failures = 0;
try {
  for (const folderName of readdirSync(join(root, "packages"))) {
    const folder = join(root, "packages", folderName);
    if (!existsSync(join(folder, "package.json"))) continue;
    const { name, private: isPrivate } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (isPrivate) continue;
    const packed = run(bin("pnpm"), ["pack", "--pack-destination", work], folder);
    const tarball = readdirSync(work).find((file) => file.startsWith(`wireway-${folderName}-`));
    if (!packed.ok || tarball === undefined) {
      failures += 1;
      console.error(`${name}: pnpm pack failed\n${packed.output}`);
      continue;
    }
    const path = join(work, tarball);
    const content = contentProblems(path, folder);
    const checks = [
      { check: "content", ok: content.length === 0, output: content.join("\n") },
      { check: "publint", ...run(bin("publint"), ["run", path, "--strict"]) },
      {
        check: "attw",
        ...run(bin("attw"), [path, "--profile", "esm-only", "--exclude-entrypoints", ...entrypointsWithoutTypes]),
      },
    ];
    for (const { check, ok, output } of checks) {
      console.log(`${name} ${check}: ${ok ? "ok" : "FAILED"}`);
      if (ok) continue;
      failures += 1;
      console.error(output);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
if (failures > 0) process.exitCode = 1;
