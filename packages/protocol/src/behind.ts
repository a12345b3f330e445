// Whether a peer is behind: whoever says something that is worth nothing later should not say it now.

import type { Session } from "./session.ts";

/** What may wait to leave before the peer counts as behind, in bytes: less than a second on a slow line. */
const waitingBytes = 16_384;

/** @param limitBytes what may be unconfirmed; counts run after what arrives by up to 64 KiB or a second. */
export function isBehind({ voice, ledger }: Session, limitBytes: number): boolean {
  return !voice || ledger.outbox.bytes > limitBytes || voice.waits(ledger, waitingBytes);
}
