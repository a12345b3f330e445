/**
 * Sees to it that the end-to-end tests find all three engines, and says which program serves each.
 *
 * Where to look is not decided here but in e2e/browsers/find.ts, as the tests do it: a system browser first, else
 * Playwright's own. What is missing is installed with apt where that is possible (Debian, as root), else Playwright
 * downloads it. WIREWAY_BROWSERS=system or =playwright allows only that source. Exits with 1 when an engine is missing.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { canUseApt, installWithApt, run } from "./apt.mjs";

const e2e = fileURLToPath(new URL("../e2e/", import.meta.url));
const debianPackages = ["chromium", "firefox-esr", "webkit2gtk-driver", "xvfb", "dbus-x11", "xauth"];
const { WIREWAY_BROWSERS: only } = process.env;

/** Node 20 runs no TypeScript; the compiled copy lies where its import of Playwright resolves. */
async function loadFinder() {
  const folder = `${e2e}node_modules/.cache/wireway`;
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}/find-browser.mjs`;
  await build({
    entryPoints: [`${e2e}browsers/find.ts`],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "error",
  });
  return import(pathToFileURL(outfile).href);
}

const { describeBrowser, engineNames, findBrowser } = await loadFinder();

/** The engines found, as a line for people, and the names of the missing ones. */
function search() {
  const lines = [];
  const missing = [];
  for (const engineName of engineNames) {
    try {
      lines.push(describeBrowser(findBrowser(engineName)));
    } catch {
      lines.push(`${engineName}: missing`);
      missing.push(engineName);
    }
  }
  return { lines, missing };
}

let found = search();
if (found.missing.length > 0 && only !== "playwright" && canUseApt()) {
  installWithApt(debianPackages);
  found = search();
}
if (found.missing.length > 0 && only !== "system") {
  run("npx", ["playwright", "install", ...found.missing], { cwd: e2e, shell: process.platform === "win32" });
  found = search();
}
for (const line of found.lines) console.log(line);
if (found.missing.length > 0) {
  console.error(
    `The end-to-end tests need ${found.missing.join(" and ")}, which could not be installed. On Debian, as root: ` +
      `apt-get install ${debianPackages.join(" ")}. Elsewhere: npx playwright install, in the folder e2e.`,
  );
  process.exitCode = 1;
}
