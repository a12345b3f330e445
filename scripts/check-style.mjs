/**
 * The rules of the house that no linter knows, as a ratchet: what breaks a rule today is listed in style-allowances.json
 * with its size and may only shrink; everything else has to keep the rule. Reads tracked and new files alike.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const allowances = JSON.parse(readFileSync(new URL("style-allowances.json", import.meta.url), "utf8"));

const sourceLinesMax = 300;
const testLinesMax = 500;

/** What each package's source may import of the others: the arrows of the design. */
const arrows = {
  protocol: [],
  client: ["protocol"],
  server: ["protocol"],
  testkit: ["protocol"],
  doctor: ["protocol", "client"],
};

const files = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 64 * 1024 * 1024,
})
  .stdout.split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)));

const problems = [];
const unusedAllowances = new Set(Object.keys(allowances.lines));

/** Patterns that may stand nowhere, and this file, which has to spell them. */
const forbiddenEverywhere = [
  { pattern: /(?<![\w.@-])\/(?:work|root|home\/\w+|Users\/\w+)\//, what: "a path of one machine" },
  {
    pattern:
      /registry\.(?:npmjs|yarnpkg|npmmirror)\.|\/\/[\w.-]*(?:verdaccio|artifactory|nexus)|codeload\.github\.com/i,
    what: "a registry host",
  },
];
const exempt = new Set(["scripts/check-style.mjs"]);

const forbiddenInCode = [
  { pattern: /(?::|\bas|<)\s*any\b(?!\s*[:(])/, what: "`any`" },
  { pattern: /@ts-(?:ignore|nocheck)/, what: "a suppressed type error" },
  { pattern: /^export\s+\*/, what: "`export *`: list the names" },
];
const forbiddenName = /^(?:utils?|helpers?|common|misc|types|.*-?manager)\.(?:test\.)?m?[jt]sx?$/;

for (const path of files) {
  const bytes = readFileSync(join(root, path));
  if (bytes.includes(0)) continue;
  const lines = bytes.toString("utf8").split("\n");

  if (!exempt.has(path)) report(path, lines, forbiddenEverywhere);
  if (path === "pnpm-lock.yaml") {
    report(path, lines, [{ pattern: /https?:\/\/|tarball:/, what: "a host or a tarball's address" }]);
  }
  if (!/\.m?[jt]s$/.test(path) || exempt.has(path)) continue;

  if (forbiddenName.test(basename(path))) problems.push(`${path}: name the file after the one concept in it`);
  const code = lines.map(withoutComment);
  if (path.endsWith(".ts")) report(path, code, forbiddenInCode);
  if (!/\.config\.m?[jt]s$/.test(path)) {
    // A tool that takes nothing else is named where the linter is told the same.
    const excused = (index) => /noDefaultExport/.test(lines[index - 1] ?? "");
    for (const [index, line] of code.entries()) {
      if (/^export\s+default\b/.test(line) && !excused(index)) problems.push(`${path}:${index + 1}: a default export`);
    }
  }
  checkLength(path, lines.at(-1) === "" ? lines.length - 1 : lines.length);
  checkArrows(path, code);
}

/** Prose may say "any"; only whole-line comments matter, since a rule is seldom broken behind code. */
function withoutComment(line) {
  return /^\s*(?:\/\/|\/?\*)/.test(line) && !line.includes("@ts-") ? "" : line;
}

function report(path, lines, rules) {
  for (const [index, line] of lines.entries()) {
    for (const { pattern, what } of rules) if (pattern.test(line)) problems.push(`${path}:${index + 1}: ${what}`);
  }
}

function checkLength(path, count) {
  if (!/^packages\/[^/]+\/src\//.test(path)) return;
  const limit = /\.test\.ts$/.test(path) ? testLinesMax : sourceLinesMax;
  if (count <= limit) return;
  const allowed = allowances.lines[path] ?? limit;
  unusedAllowances.delete(path);
  if (count > allowed) problems.push(`${path}: ${count} lines, the limit is ${allowed}`);
  else if (count < allowed) console.log(`${path} shrank to ${count} lines: lower its allowance of ${allowed}`);
}

function checkArrows(path, lines) {
  const own = /^packages\/([^/]+)\/src\//.exec(path)?.[1];
  if (own === undefined || /\.test\.ts$/.test(path)) return;
  for (const [index, line] of lines.entries()) {
    const other = /(?:from|import\()\s*"@wireway\/([\w-]+)/.exec(line)?.[1];
    if (other === undefined || other === own || (arrows[own] ?? ["protocol"]).includes(other)) continue;
    problems.push(`${path}:${index + 1}: ${own} must not import ${other}`);
  }
}

for (const path of unusedAllowances)
  problems.push(`scripts/style-allowances.json: ${path} needs no allowance any more`);
for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
