// What becomes of a session that sends much: it is told when it is near a limit of its rate, and ended when it is over.
// Not here: how much that is (rate-limits).

import { type MessageData, sizeOf } from "@wireway/protocol";
import type { Peer } from "./peer.ts";
import type { SessionRate } from "./rate-limits.ts";
import { tellLimit } from "./taps.ts";

/** Tells who is near a limit, and ends who is over it. @returns whether the message is taken. */
export function allows(rate: SessionRate, data: MessageData, peer: Peer): boolean {
  const warning = rate.take(sizeOf(data), peer.clock.now());
  if (!warning) return true;
  const { level, name, perSecond } = warning;
  const message = `${name} is ${perSecond}`;
  tellLimit(name, level === "low" ? "warned" : "closed", peer);
  if (level === "low") peer.warn({ code: "rate_limited", reason: name, message });
  else peer.close("rate_limited", `the peer sent too much: ${message}`);
  return level === "low";
}
