// Random names that nobody can guess: ids, tokens, tickets. Taken from a larger block, as one call of the system's generator
// costs much more than the few bytes that a name needs; each byte is used once, and wiped then.

import { randomFillSync } from "node:crypto";

const poolBytes = 8_192;

const pool = Buffer.alloc(poolBytes);
let used = poolBytes;

/** So many random bytes, as base64url. */
export function secret(bytes: number): string {
  if (used + bytes > poolBytes) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += bytes;
  const text = pool.toString("base64url", start, used);
  pool.fill(0, start, used);
  return text;
}
