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

export const defaultTerms: Terms = {
  pingIntervalMs: 15_000,
  pingTimeoutMs: 5_000,
  confirmDelayMs: 1_000,
  resumeWindowMs: 120_000,
  maxMessageBytes: 2_097_152,
  maxBodyBytes: 4_194_304,
};

/** Least and most that is accepted, from options and from a peer alike. */
const bounds: Record<keyof Terms, readonly [least: number, most: number]> = {
  pingIntervalMs: [50, 3_600_000],
  pingTimeoutMs: [50, 3_600_000],
  confirmDelayMs: [10, 60_000],
  resumeWindowMs: [0, 86_400_000],
  maxMessageBytes: [1_024, 1_073_741_824],
  maxBodyBytes: [4_096, 1_073_741_824],
};

/** @throws {WirewayError} `invalid_option` */
export function checkTerms(given: unknown): Terms {
  const fields = { ...defaultTerms, ...(given as Partial<Terms>) };
  const terms = { ...defaultTerms };
  for (const name of Object.keys(bounds) as (keyof Terms)[]) {
    const value = fields[name];
    const [least, most] = bounds[name];
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new WirewayError("invalid_option", { name, why: `must be a whole number from ${least} to ${most}` });
    }
    terms[name as "pingIntervalMs"] = value;
  }
  const encodedBytes = Math.ceil((terms.maxMessageBytes * 4) / 3) + bodyOverheadBytes;
  if (terms.maxBodyBytes < encodedBytes) {
    throw new WirewayError("invalid_option", {
      name: "maxBodyBytes",
      why: `must be at least ${encodedBytes}, so that a message of maxMessageBytes fits in base64`,
    });
  }
  return terms;
}

/** Room for the packets beside the messages in a body. */
export const bodyOverheadBytes = 1_024;
