// What both ends of a session keep to: times and limits. The server decides them and tells the client in its first
// answer; until then the client assumes the defaults.

import { WirewayError } from "./errors.ts";

/** Times in milliseconds, sizes in bytes. */
export interface Terms {
  /** How often a quiet connection is pinged, and how long a poll is held. @default 15000 */
  readonly pingIntervalMs: number;
  /** How long an answer may take before the connection counts as dead. @default 5000 */
  readonly pingTimeoutMs: number;
  /** How long a message may stay unconfirmed by its receiver. @default 1000 */
  readonly confirmDelayMs: number;
  /** How long a session without a connection is kept. @default 120000 */
  readonly resumeWindowMs: number;
  /** Largest message (an encoded event) in either direction. @default 2097152 */
  readonly maxMessageBytes: number;
  /** Largest HTTP body; a message in base64 must fit. @default 4194304 */
  readonly maxBodyBytes: number;
}

/** Room for the packets beside the messages in a body. */
export const bodyOverheadBytes = 1_024;

export const defaultTerms: Terms = {
  pingIntervalMs: 15_000,
  pingTimeoutMs: 5_000,
  confirmDelayMs: 1_000,
  resumeWindowMs: 120_000,
  maxMessageBytes: 2_097_152,
  maxBodyBytes: 4_194_304,
};

const bounds: Record<keyof Terms, readonly [least: number, most: number]> = {
  pingIntervalMs: [50, 3_600_000],
  pingTimeoutMs: [50, 3_600_000],
  confirmDelayMs: [10, 60_000],
  resumeWindowMs: [0, 86_400_000],
  maxMessageBytes: [1_024, 1_073_741_824],
  maxBodyBytes: [4_096, 1_073_741_824],
};

/** A server's own: those that are given, and the defaults of the others. @throws {WirewayError} `invalid_option` */
export function checkTerms(given: Readonly<Record<string, unknown>>): Terms {
  const checked: Record<string, unknown> = {};
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const value = Object.hasOwn(given, name) ? given[name] : defaultTerms[name as keyof Terms];
    if (!isWhole(value, least, most)) throw refused(name, `must be a whole number from ${least} to ${most}`);
    checked[name] = value;
  }
  const terms = checked as unknown as Terms;
  const least = Math.ceil((terms.maxMessageBytes * 4) / 3) + bodyOverheadBytes;
  if (terms.maxBodyBytes < least) {
    throw refused("maxBodyBytes", `must be at least ${least}, so that a message of maxMessageBytes fits in base64`);
  }
  return terms;
}

function refused(name: string, why: string): WirewayError {
  return new WirewayError("invalid_option", { name, why });
}

export function isWhole(value: unknown, least: number, most: number = Number.POSITIVE_INFINITY): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}
