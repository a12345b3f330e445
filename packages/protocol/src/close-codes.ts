// Why a session or a connection ended. The reasons are rows of close-table; what a row says comes by way of tables.

import { closeCode, closeSentence } from "#tables";
import type { closeCodes } from "./close-table.ts";

export { closeCode, closeReason, closeSentence, nextStep } from "#tables";

/**
 * What a client does after the close: `stop` (for good), `renew` (a new session, after the backoff),
 * `resume` (only the connection ended; the session goes on over another one).
 */
export type NextStep = "stop" | "renew" | "resume";

/** Why a session or a connection ended: the name that stands for a close code. */
export type CloseReason = keyof typeof closeCodes;

/** Why a session ended, and who said so. */
export interface Ending {
  readonly reason: CloseReason;
  readonly code: number;
  /** The table's sentence, or the peer's own words. */
  readonly message: string;
  readonly by: "local" | "remote";
}

export function ending(reason: CloseReason, by: Ending["by"], message?: string): Ending {
  return { reason, code: closeCode(reason), message: message || closeSentence(reason), by };
}
