// Whether two writes carry the same run of messages, as the receivers of a broadcast are written to: what was made for one
// serves the other. Messages never change, and each is an object of its own; other packets are made anew for every write.

import type { Packet } from "@wireway/protocol";

export function isSameRun(one: readonly Packet[], other: readonly Packet[]): boolean {
  if (one === other) return true;
  if (one[0] !== other[0] || one.length !== other.length) return false;
  for (let index = 1; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}
