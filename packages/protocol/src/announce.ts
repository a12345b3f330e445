// Messages that many sessions send, written to one of them at once where nothing else is to be done for it: it is met once
// and not twice, for its outbox and for its connection, and nothing is made for it alone.
// Not here: sessions with more roads than one, with something else to say, or behind: those send as they always do.

import type { Message } from "./packet.ts";
import type { ServerSession } from "./server-session.ts";
import type { SessionSink } from "./session.ts";

/** What is written to a stream before it is looked at whether it holds much. */
export const portionBytes = 262_144;

/**
 * @param run within the limit of the outbox; the same for all, as nobody changes it.
 * @param bytes of the run.
 * @returns false where something is in the way, and nothing was done.
 */
export function announce(
  session: ServerSession,
  run: readonly Message[],
  bytes: number,
  now: number,
  sink: SessionSink,
): boolean {
  const { ledger, only: road } = session;
  if (!road?.ready || session.state !== "open" || road.isExchange || bytes > portionBytes) return false;
  const { sent } = ledger.outbox;
  if (road.sentTo !== sent) return false;
  for (const message of run) ledger.push(message, now);
  road.sentTo = sent + run.length;
  road.sentAt = now;
  sink.write(road, run, 0);
  // What waits here waits in the outbox alone, and not in the platform's buffer as well.
  if (road.connection.isFull) road.ready = false;
  return true;
}
