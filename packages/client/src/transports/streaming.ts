// HTTP streaming: the dial's response never ends, and its body brings records. A proxy that buffers responses starves it.

import { RecordDecoder } from "@wireway/protocol";
import { halfDuplex, type Line } from "./half-duplex.ts";
import { PostFailure, post } from "./post.ts";
import type { Transport } from "./transport.ts";

/** One endless response for the way down, POSTs for the way up. */
export function streaming(): Transport {
  return halfDuplex("streaming", false, async (line, packets, signal) => {
    const response = await post(line.address(), packets, line.environment, signal, "application/octet-stream");
    if (!response.body) throw new PostFailure({ message: "this platform cannot read a response while it comes" });
    const reader = response.body.getReader();
    // From here on the connection's end ends it, and the dial's time limit does not.
    line.signal.addEventListener("abort", () => void reader.cancel().catch(() => undefined));
    line.environment.clock.defer(() => {
      read(line, reader).catch((error: unknown) => line.reports.lost({ message: String(error) }));
    });
    return [];
  });
}

async function read(line: Line, reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const decoder = new RecordDecoder(line.environment.style.maxMessageBytes);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return line.reports.lost({ message: "response ended" });
    line.heard(value.length);
    const packets = decoder.push(value);
    if (packets.length > 0) line.reports.received(packets);
  }
}
