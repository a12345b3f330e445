/**
 * Sees to it that the end-to-end tests find the proxies that they run, and says where each is.
 *
 * Where to look is not decided here but in e2e/proxies/find-proxy.ts, as the tests do it. What is missing is installed
 * with apt where that is possible (Debian, as root). Exits with 1 when a proxy is missing in the end: its tests would fail.
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { canUseApt, installWithApt } from "./apt.mjs";

/** Node 20 runs no TypeScript. */
async function loadFinder() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../e2e/proxies/find-proxy.ts", import.meta.url))],
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const { findProxy, proxyNames, proxyPrograms } = await loadFinder();
const missing = () => proxyNames.filter((name) => findProxy(name) === undefined);
const packagesOf = (names) => names.map((name) => proxyPrograms[name].debianPackage);

if (missing().length > 0 && canUseApt()) installWithApt(packagesOf(missing()));
for (const name of proxyNames) console.log(`${name}: ${findProxy(name) ?? "missing"}`);
const stillMissing = missing();
if (stillMissing.length > 0) {
  console.error(
    `The end-to-end tests need ${stillMissing.join(" and ")}, which could not be installed. On Debian, as root: ` +
      `apt-get install --no-install-recommends ${packagesOf(stillMissing).join(" ")}. Elsewhere: install them so ` +
      "that they are on PATH.",
  );
  process.exitCode = 1;
}
