// What the peers of a server have in common.

import type { Clock } from "@wireway/protocol";
import type { Announcements } from "./announcements.ts";
import type { ErrorReport } from "./error-report.ts";
import type { Identifier } from "./identity.ts";
import type { Entrance } from "./namespaces.ts";
import type { ResolvedOptions } from "./options.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { Sessions } from "./sessions.ts";

export interface PeerContext {
  readonly clock: Clock;
  readonly announcements: Announcements;
  readonly options: ResolvedOptions;
  readonly sessions: Sessions;
  readonly report: ErrorReport;
  readonly rates: RateLimits;
  /** Undefined without the option `authenticate`. */
  readonly identifier: Identifier | undefined;
  /** The way into a namespace; undefined when there is none of that name. */
  entrance(name: string, auth: Record<string, unknown>): Entrance | undefined;
}
