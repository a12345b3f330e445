// What applications hear of a server: all that they hear of its namespace "/", and what failed.

import type { EventMap, Events } from "@wireway/protocol";
import type { ErrorContext } from "./error-report.ts";
import type { SocketData } from "./event-name.ts";
import type { NamespaceEvents } from "./namespace-events.ts";

/** What a server tells of. */
export interface ServerEvents<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> extends NamespaceEvents<In, Out, Between, Data> {
  /** A handler of the application's threw or rejected; without a listener it is printed. */
  error(error: unknown, context: ErrorContext): unknown;
}
