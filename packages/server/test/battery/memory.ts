// What the process holds once the garbage is gone. Never compared with an absolute number of bytes: what an attack costs is
// compared with what the options allow it to, with room for what the engine keeps for itself.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of the heap and outside of it, after a collection. */
export function heldBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Waits until at most so many bytes are held: what a socket held goes when its end was told. */
export async function comesBackTo(bytes: number): Promise<void> {
  while (heldBytes() > bytes) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
