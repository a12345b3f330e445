// Server-Sent Events: a POST fetches a ticket, which a GET turns into the stream, because an EventSource can send no body.
// For networks that let an event stream through and nothing else that streams.
// Source: WHATWG HTML, section 9.2 "Server-sent events".

import { openEventStream } from "#event-source";
import { halfDuplex } from "./half-duplex.ts";
import { PostFailure, post } from "./post.ts";
import type { Transport } from "./transport.ts";

/** An event stream for the way down, POSTs for the way up. */
export function sse(): Transport {
  return halfDuplex("sse", false, async (line, packets, signal) => {
    const { environment, reports } = line;
    const url = line.address({ request: "ticket" });
    const body: unknown = await (await post(url, packets, environment, signal, "application/json")).json();
    const ticket = typeof body === "object" && body && "ticket" in body ? String(body.ticket) : "";
    if (ticket === "") throw new PostFailure({ message: "answer holds no ticket" });
    return new Promise((resolve, reject) => {
      const open = environment.openEventStream ?? openEventStream;
      const stream = open(line.address({ ticket }), environment.style, {
        opened: () => resolve([]),
        received: (received, bytes) => {
          line.heard(bytes);
          reports.received(received);
        },
        failed: (message, code) => {
          const cause = { message, ...(code !== undefined && { code }) };
          reports.lost(cause);
          reject(new PostFailure(cause));
        },
      });
      line.signal.addEventListener("abort", () => stream.close());
    });
  });
}
