// A port for a program that has to be told one. Never the same one twice in a row: of two programs that were told the same,
// one would wait for the other's, and whoever looks whether it listens would find the other.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Systems give ports by chance above these. */
const [leastPort, mostPort] = [20_000, 32_000];
let lastPort = randomInt(leastPort, mostPort);

/** Nobody listens there on 127.0.0.1. */
export async function freePort(): Promise<number> {
  for (;;) {
    lastPort = lastPort + 1 < mostPort ? lastPort + 1 : leastPort;
    const port = lastPort;
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) await once(server, "close");
    if (isFree) return port;
  }
}
