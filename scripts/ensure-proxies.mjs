/**
 * Sees to it that the end-to-end tests find the proxies that they run, and says where each is.
 *
 * Where to look is not decided here but in e2e/proxies/find-proxy.ts, as the tests do it. What is missing is installed
 * with apt where that is possible (Debian, as root), without letting the packages start their services. Exits with 1
 * when a proxy is missing in the end: its tests would fail.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Debian's maintainer scripts ask it before they start anything; 101 means no. An administrator's own is left alone. */
const policyPath = "/usr/sbin/policy-rc.d";

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

function run(command, args) {
  console.log(`$ ${command} ${args.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], env }).status === 0;
}

/** Whether apt can be used: Debian or a relative of it, and the right to install. */
function canUseApt() {
  try {
    accessSync("/usr/bin/apt-get", constants.X_OK);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

function installWithApt(packages) {
  if (!run("apt-get", ["update", "-q"])) return;
  const forbid = !existsSync(policyPath);
  if (forbid) writeFileSync(policyPath, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages]);
  } finally {
    if (forbid) rmSync(policyPath, { force: true });
  }
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
