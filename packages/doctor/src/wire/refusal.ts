// What an answer that nobody wanted means, and who gave it. The server's own errors are JSON with a code from the protocol's
// table; any other answer is somebody else's.
// Source: docs/protocol.md, "Errors".

import { errors, requestErrors } from "@wireway/protocol";
import type { Diagnosis } from "../diagnoses.ts";
import type { Sight } from "../finding.ts";
import { productOf } from "../intermediary.ts";
import type { Target } from "../target.ts";
import { type Answer, failureOf } from "./exchange.ts";

const ownDiagnoses: Readonly<Record<string, Diagnosis>> = {
  not_upgradable: "upgrade_stripped",
  origin_not_allowed: "origin_refused",
  unsupported_version: "version_unsupported",
  too_many_sessions: "server_full",
  server_closed: "server_closing",
  body_timeout: "body_slow",
};

const statusDiagnoses: Readonly<Record<number, Diagnosis>> = {
  200: "not_wireway",
  301: "redirected",
  302: "redirected",
  303: "redirected",
  307: "redirected",
  308: "redirected",
  401: "login_required",
  404: "wrong_path",
  407: "login_required",
  408: "body_slow",
  410: "wrong_path",
  413: "body_limit",
  502: "upstream_down",
  503: "upstream_down",
  504: "upstream_down",
  521: "upstream_down",
  522: "upstream_down",
  523: "upstream_down",
  524: "upstream_down",
};

/** The code of an error that Wireway's server answered with; undefined for anybody else's answer. */
export function ownCode({ headers, text }: Pick<Answer, "headers" | "text">): string | undefined {
  if (!headers["content-type"]?.startsWith("application/json")) return undefined;
  try {
    const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
    const isOwn = typeof code === "string" && (code in errors || code in requestErrors || code === "internal");
    return isOwn && typeof message === "string" ? code : undefined;
  } catch {
    return undefined;
  }
}

/** What to make of an answer that is not the one which was asked for. */
export function sightOf(target: Target, answer: Pick<Answer, "status" | "headers" | "text">): Sight {
  const { status, headers, text } = answer;
  const code = ownCode(answer);
  const product = productOf(answer);
  if (code !== undefined) {
    const retryAfter = headers["retry-after"];
    const wait = retryAfter === undefined ? "" : `, Retry-After: ${retryAfter}`;
    const evidence = `the server answered ${status} ${code}${wait}`;
    return { diagnosis: ownDiagnoses[code] ?? "server_error", evidence, by: "server", product };
  }
  const who = product ?? (target.facts?.product ? `${target.facts.product}, or somebody behind it,` : "a stranger");
  const type = headers["content-type"]?.split(";", 1)[0];
  const evidence = `${who} answered ${status}${type ? ` with ${type}` : ""}${location(headers)}${titleOf(text)}`;
  if (/plain HTTP request was sent to HTTPS port/i.test(text)) {
    return { diagnosis: "http_on_https_port", evidence, by: "intermediary", product };
  }
  return { diagnosis: statusDiagnoses[status] ?? "blocked", evidence, by: "intermediary", product };
}

/** The same for an exchange that brought no answer. */
export function sightOfFailure(error: unknown): Sight {
  const { kind, message } = failureOf(error);
  const kinds = { silent: "silent", cut: "cut_off", not_http: "no_http", other: "unreachable" } as const;
  return { diagnosis: kinds[kind], evidence: message, by: "network" };
}

function location({ location: to }: Answer["headers"]): string {
  return to === undefined ? "" : ` to ${to.slice(0, 200)}`;
}

/** A page's title says more than its status. */
function titleOf(text: string): string {
  const title = /<title>([^<]{1,80})/i.exec(text)?.[1]?.trim();
  return title ? `, titled "${title}"` : "";
}
