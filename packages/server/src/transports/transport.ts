// What the server's transports share: what they are given to work with.

import type { Clock } from "@wireway/protocol";
import type { WebSocketServer } from "ws";
import type { BodyReader } from "../body.ts";
import type { Connections } from "../connections.ts";
import type { ErrorReport } from "../error-report.ts";
import type { Lingering, Terminable } from "../lingering.ts";
import type { ResolvedOptions } from "../options.ts";
import type { Sessions } from "../sessions.ts";
import type { TimeLimit } from "../time-limit.ts";

export interface TransportContext {
  /** Makes the WebSockets. */
  readonly webSockets: WebSocketServer;
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly report: ErrorReport;
  readonly bodies: BodyReader;
  /** Connections that were told to end. */
  readonly lingering: Lingering;
  /** WebSockets that were not opened with a dial yet. */
  readonly opening: TimeLimit<Terminable>;
  /** All connections that live. */
  readonly connections: Connections;
}
