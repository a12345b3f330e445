// What comes with the HTTP transports, because WebSocket alone has no use for it: the choice between several, and the rules of
// requests.

import { type Exchanges, exchanges } from "@wireway/protocol";
import type { Choose } from "../choice.ts";
import { Evidence } from "../evidence.ts";

/** What a client needs beside the dials of a transport that others stand in front of. */
export interface Fallback {
  readonly choose: Choose;
  readonly exchanges: Exchanges;
}

export const fallback: Fallback = { choose: (connector) => new Evidence(connector), exchanges };
