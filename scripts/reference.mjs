/**
 * Writes docs/reference from the code's docstrings, options and tables; with `--check` it changes nothing and fails when a
 * page is stale. Fails either way when a public name has no docstring, or when a docstring tells another default than the
 * code has: what applications may use, they can read about.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { makePages } from "./reference/pages.mjs";

const folder = new URL("../docs/reference/", import.meta.url);
const isCheck = process.argv.includes("--check");

const { pages, problems } = await makePages();
mkdirSync(folder, { recursive: true });
const present = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
const stale = [...pages.keys()].filter((name) => present.get(name) !== pages.get(name));
const left = [...present.keys()].filter((name) => !pages.has(name));

if (isCheck) {
  for (const name of [...stale, ...left]) problems.push(`docs/reference/${name} is stale: npm run reference`);
} else {
  for (const name of stale) writeFileSync(new URL(name, folder), pages.get(name));
  for (const name of left) rmSync(new URL(name, folder));
}
for (const problem of problems) console.error(problem);
console.log(
  `${pages.size} pages, ${stale.length + left.length} ${isCheck ? "stale" : "changed"}, ${problems.length} problems`,
);
if (problems.length > 0) process.exitCode = 1;
