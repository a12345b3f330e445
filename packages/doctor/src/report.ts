// What an examination comes to: the shape of `--json`, and what the text is written from. Scripts rely on it: fields may be
// added, none changes its meaning while `reportVersion` stays.

import type { Terms } from "@wireway/protocol";
import type { Diagnosis } from "./diagnoses.ts";
import type { Setting } from "./settings.ts";

/** Version of the shape. */
export const reportVersion = 1;

/** `hindered` works, but something stands in its way; `skipped` was not tried, and its summary says why. */
export type Verdict = "works" | "hindered" | "fails" | "skipped";

/** What is examined, in the order in which it is told. */
export type CheckName =
  | "reach"
  | "certificate"
  | "server"
  | "origin"
  | "websocket"
  | "streaming"
  | "sse"
  | "polling"
  | "bodies"
  | "idle"
  | "client";

/** Who stands behind a finding, as far as it can be told from outside. */
export type Culprit = "server" | "intermediary" | "network" | "doctor";

/** One thing that is wrong. */
export interface Finding {
  /** Its name, for programs. */
  readonly diagnosis: Diagnosis;
  /** What the diagnosis means, in a sentence. */
  readonly meaning: string;
  /** What was seen here that tells so. */
  readonly evidence: string;
  /** Who stands behind it. */
  readonly by: Culprit;
  /** The intermediary's name where it gave itself away, such as `nginx`. */
  readonly product: string | null;
  /** What to do about it, in a sentence or two. */
  readonly advice: string;
  /** Lines for the configuration of the product, or of each known one while it is unknown. */
  readonly settings: readonly Setting[];
  /** The page that tells more. */
  readonly see: string;
}

/** What one check came to. */
export interface CheckResult {
  /** Which it was. */
  readonly check: CheckName;
  /** Whether it works. */
  readonly verdict: Verdict;
  /** What was seen, in a few words. */
  readonly summary: string;
  /** From the beginning of the dial to the server's first packet. */
  readonly firstMessageMs: number | null;
  /** The quickest of a few round trips, once the connection stood. */
  readonly roundTripMs: number | null;
  /** How long the check took. */
  readonly tookMs: number;
  /** What is wrong. */
  readonly findings: readonly Finding[];
}

/** The whole examination. */
export interface Report {
  /** Version of this shape. */
  readonly report: typeof reportVersion;
  /** Version of the doctor. */
  readonly doctor: string;
  /** The address that was examined: the server's, with the path of the transports. */
  readonly url: string;
  /** The origin that the requests claimed to come from. */
  readonly origin: string;
  /** `works`: all of it; `hindered`: some of it, or with findings; `fails`: nothing. */
  readonly verdict: Exclude<Verdict, "skipped">;
  /** What the command ends with: 0 for `works`, 1 for `hindered`, 2 for `fails`. */
  readonly exitCode: 0 | 1 | 2;
  /** What answers there; null before anything did. */
  readonly server: ServerFacts | null;
  /** In the order in which they are worth reading; each name once. */
  readonly checks: readonly CheckResult[];
  /** The lines of all findings, each once, by product and place. They replace lines of the same name. */
  readonly settings: readonly Setting[];
}

/** What was learnt of whoever answers. */
export interface ServerFacts {
  /** The intermediary in front, where it gave itself away. */
  readonly product: string | null;
  /** The headers that it did so with. */
  readonly headers: Readonly<Record<string, string>>;
  /** What a session there keeps to; null while no session was had. */
  readonly terms: Terms | null;
}
