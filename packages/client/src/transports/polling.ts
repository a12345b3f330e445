// Long polling: every exchange is a POST, and the server's side comes as answers to polls. It gets through whatever lets
// HTTP through.

import { halfDuplex } from "./half-duplex.ts";
import { post, readPackets } from "./post.ts";
import type { Transport } from "./transport.ts";

/** HTTP requests that the server holds until it has something to say. */
export function polling(): Transport {
  return halfDuplex("polling", true, async (line, packets, signal) =>
    readPackets(await post(line.address(), packets, line.environment, signal)),
  );
}
