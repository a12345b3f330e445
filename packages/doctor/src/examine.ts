// The examination: first whether there is a Wireway server at all, then every way to it side by side, then what an
// application gets. What cannot be told because something before it failed is skipped, not guessed.

import { createRequire } from "node:module";
import { bodies } from "./checks/bodies.ts";
import { certificate } from "./checks/certificate.ts";
import { client } from "./checks/client.ts";
import { idle } from "./checks/idle.ts";
import { origin } from "./checks/origin.ts";
import { polling } from "./checks/polling.ts";
import { reach } from "./checks/reach.ts";
import { server } from "./checks/server.ts";
import { sse, streaming } from "./checks/stream.ts";
import { websocket } from "./checks/websocket.ts";
import { type Check, runCheck, skipped } from "./finding.ts";
import type { CheckName, CheckResult, Report } from "./report.ts";
import { reportVersion } from "./report.ts";
import { mergeSettings } from "./settings.ts";
import { type ExamineOptions, Target } from "./target.ts";

const transports: readonly CheckName[] = ["websocket", "streaming", "sse", "polling"];

/** Later ones make no sense when one of these fails. */
const foundations: readonly Check[] = [reach, certificate, server];
/** Independent of each other, and light. Polling goes before them: it tells the server's terms. */
const beside: readonly Check[] = [websocket, streaming, sse];

/** The version of this package. */
export const doctorVersion: string = (createRequire(import.meta.url)("../package.json") as { readonly version: string })
  .version;

/**
 * Finds out which transports reach a server, and what stands in the way of the others. It begins a few sessions there and ends
 * them; only the last check, a real client's connection, is seen by the application.
 * @throws {TypeError} when the address is none.
 */
export async function examine(options: ExamineOptions): Promise<Report> {
  const target = new Target(options);
  const results = new Map<CheckName, CheckResult>();
  const underway = new Set<CheckName>();
  const run = async (check: Check): Promise<CheckResult> => {
    underway.add(check.name);
    options.onProgress?.([...underway]);
    const result = await runCheck(check, target);
    underway.delete(check.name);
    options.onProgress?.([...underway]);
    results.set(check.name, result);
    return result;
  };
  try {
    const stopped = await lay(target, run);
    if (stopped === undefined) {
      await run(origin);
      await run(polling);
      const quiet = options.idle ? run(idle) : undefined;
      await Promise.all(beside.map(run));
      // Large bodies fill a thin line: nothing is measured beside them.
      await run(bodies);
      await quiet;
      if (transports.some((name) => isAlive(results.get(name)))) await run(client);
      else results.set("client", skipped("client", "no transport works"));
    }
    return conclude(target, results, stopped, options.idle ?? false);
  } finally {
    target.close();
  }
}

/** @returns the check that failed, with which the rest makes no sense. */
async function lay(target: Target, run: (check: Check) => Promise<CheckResult>): Promise<CheckName | undefined> {
  for (const check of foundations) {
    if (check === certificate && !target.isSecure) continue;
    if ((await run(check)).verdict === "fails") return check.name;
  }
  return undefined;
}

function conclude(
  target: Target,
  results: ReadonlyMap<CheckName, CheckResult>,
  stopped: CheckName | undefined,
  hasIdle: boolean,
): Report {
  const order: CheckName[] = ["reach", "certificate", "server", "origin", ...transports, "bodies", "idle", "client"];
  const checks = order.map((name) => {
    if (name === "certificate" && !target.isSecure) return skipped(name, "no TLS: the address is http");
    if (name === "idle" && !hasIdle) return skipped(name, "not asked for: --idle");
    return results.get(name) ?? skipped(name, `because of ${stopped}`);
  });
  const verdict = verdictOf(checks, results);
  return {
    report: reportVersion,
    doctor: doctorVersion,
    url: target.url.href,
    origin: target.origin,
    verdict,
    exitCode: verdict === "works" ? 0 : verdict === "hindered" ? 1 : 2,
    server: target.facts,
    checks,
    settings: mergeSettings(checks.flatMap(({ findings }) => findings.flatMap(({ settings }) => settings))),
  };
}

/** Pages are what transports are for: where those are refused, nothing works. */
function verdictOf(checks: readonly CheckResult[], results: ReadonlyMap<CheckName, CheckResult>): Report["verdict"] {
  const isUsable = transports.some((name) => isAlive(results.get(name))) && results.get("origin")?.verdict !== "fails";
  if (!isUsable) return "fails";
  return checks.every(({ verdict }) => verdict === "works" || verdict === "skipped") ? "works" : "hindered";
}

function isAlive(result: CheckResult | undefined): boolean {
  return result?.verdict === "works" || result?.verdict === "hindered";
}
