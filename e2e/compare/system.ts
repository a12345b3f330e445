// A library under comparison: how its server and its client play their parts in a run of the matrix. What belongs to the
// application in each is the least that an application would write by the library's own documentation.

import type { ClientEnd, ServerEnd } from "../matrix/ends.ts";

export interface System {
  /** With its version, and its options where they are not the defaults. */
  readonly name: string;
  readonly startServer: () => Promise<ServerEnd>;
  readonly createClient: () => ClientEnd;
}
