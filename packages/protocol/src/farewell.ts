// What a page that leaves for good still has to say, as the body of a POST that nobody hears the answer of.

import type { ClientSession } from "./client-session.ts";
import { closePacket, openPacket } from "./open.ts";
import type { Packet } from "./packet.ts";

/** What browsers carry for a page that is gone is limited to 64 KiB (WHATWG Fetch, keepalive); base64 and names need room. */
const farewellBytes = 40_000;

/** Messages as far as they fit, and that the session is over. Undefined while the server knows no session. */
export function farewell(session: ClientSession, now: number): Packet[] | undefined {
  const { ledger, token, epoch, limits } = session;
  if (token === undefined || session.state === "ended") return undefined;
  const { received, outbox } = ledger;
  // Which connection it belongs to does not matter any more; that it names one says that it is no dial.
  const packets: Packet[] = [openPacket({ token, received, epoch: epoch || 1, first: outbox.acked + 1 })];
  let bytes = 0;
  for (const message of outbox.list()) {
    bytes += message.bytes;
    if (bytes > Math.min(farewellBytes, limits.bodyBytes(now))) break;
    packets.push(message);
  }
  packets.push(closePacket("closed"));
  session.suspend(now);
  return packets;
}
