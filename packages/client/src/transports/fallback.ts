// What comes with the HTTP transports, because WebSocket alone has no use for it: the choice between several, and how a page
// that leaves says its last words.

import { encodePayload, type Packet } from "@wireway/protocol";
import type { Choose } from "../choice.ts";
import { Evidence } from "../evidence.ts";
import type { ClientEnvironment } from "../platform.ts";
import { address } from "./transport.ts";

/** What a client needs beside the dials of a transport that others stand in front of. */
export interface Fallback {
  readonly choose: Choose;
  /** Sends what nobody hears the answer of, although the page goes away at this moment. */
  readonly leave: (url: URL, packets: readonly Packet[], environment: ClientEnvironment) => void;
}

export const fallback: Fallback = {
  choose: (connector) => new Evidence(connector),
  leave: (url, packets, environment) => {
    const target = address(url, { transport: "polling", request: "send" });
    environment.sendLast(target, encodePayload(packets), environment.style);
  },
};
