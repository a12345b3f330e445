/**
 * Installs Debian packages where that is possible, without letting them start their services: what the tests run they start
 * themselves.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs";

/** Debian's maintainer scripts ask it before they start anything; 101 means no. An administrator's own is left alone. */
const policyPath = "/usr/sbin/policy-rc.d";

/** Runs a program in the open. @returns whether it succeeded. */
export function run(command, args, options = {}) {
  console.log(`$ ${command} ${args.join(" ")}`);
  return spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options }).status === 0;
}

/** Whether apt can be used: Debian or a relative of it, and the right to install. */
export function canUseApt() {
  try {
    accessSync("/usr/bin/apt-get", constants.X_OK);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

export function installWithApt(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  if (!run("apt-get", ["update", "-q"], { env })) return;
  const forbid = !existsSync(policyPath);
  if (forbid) writeFileSync(policyPath, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], { env });
  } finally {
    if (forbid) rmSync(policyPath, { force: true });
  }
}
