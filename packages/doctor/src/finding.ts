// Findings and results, made from the tables: checks say what they saw, and never write advice of their own.

import { type Diagnosis, type DiagnosisRow, diagnoses } from "./diagnoses.ts";
import type { CheckName, CheckResult, Culprit, Finding, Verdict } from "./report.ts";
import { isProduct, settingsFor } from "./settings.ts";
import type { Target } from "./target.ts";

const page = "docs/guide/behind-proxies.md";

/** What a check saw. */
export interface Sight {
  readonly diagnosis: Diagnosis;
  readonly evidence: string;
  readonly by: Culprit;
  /** When another than the one in front of the server is meant. */
  readonly product?: string | null;
}

export function findingOf(target: Target, { diagnosis, evidence, by, product }: Sight): Finding {
  const row: DiagnosisRow = diagnoses[diagnosis];
  const named = product ?? target.facts?.product ?? null;
  const { pingIntervalMs, maxBodyBytes } = target.terms;
  const facts = { path: target.url.pathname, pingIntervalMs, maxBodyBytes };
  return {
    diagnosis,
    meaning: row.meaning,
    evidence,
    by,
    product: named,
    advice: row.advice
      .replaceAll("[ORIGIN]", `["${target.origin}"]`)
      .replaceAll("HOST:PORT", `${target.url.hostname}:${target.port}`),
    settings: row.remedy ? settingsFor(row.remedy, named, facts) : [],
    see: sectionOf(named),
  };
}

/** The page has a section for each of these. */
function sectionOf(product: string | null): string {
  return isProduct(product) ? `${page}#${product}` : page;
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly summary: string;
  readonly firstMessageMs?: number | undefined;
  readonly roundTripMs?: number | undefined;
  readonly sights?: readonly Sight[];
}

export interface Check {
  readonly name: CheckName;
  /** Never rejects for what the peer or the network does. */
  readonly run: (target: Target) => Promise<Outcome>;
}

export async function runCheck({ name, run }: Check, target: Target): Promise<CheckResult> {
  const startedMs = performance.now();
  const { verdict, summary, firstMessageMs, roundTripMs, sights = [] } = await run(target);
  return {
    check: name,
    verdict,
    summary,
    firstMessageMs: rounded(firstMessageMs),
    roundTripMs: rounded(roundTripMs),
    tookMs: Math.round(performance.now() - startedMs),
    findings: sights.map((sight) => findingOf(target, sight)),
  };
}

export function skipped(check: CheckName, summary: string): CheckResult {
  return { check, verdict: "skipped", summary, firstMessageMs: null, roundTripMs: null, tookMs: 0, findings: [] };
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10;
}
