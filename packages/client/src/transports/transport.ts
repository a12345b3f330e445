// A transport as a value: what a user lists in the option `transports`, and what the connector dials.

import { type Connection, type ConnectionListener, protocolVersion } from "@wireway/protocol";
import type { ClientEnvironment } from "../platform.ts";
import type { Fallback } from "./fallback.ts";

/** A way to reach the server. Lists of the option `transports` are made of these. */
export interface Transport {
  /** As the query `transport` and `socket.connection.transport` name it. */
  readonly name: string;
  /** Whether the way down is a response that stays open: a proxy may hold it back. */
  readonly streams?: boolean;
  /** What a client of it needs beside its dials. @internal */
  readonly fallback?: Fallback;
  /** Opens a connection; never throws, and reports nothing before it has returned. `url` is http(s) and has no fragment. */
  dial(url: URL, environment: ClientEnvironment, listener: ConnectionListener): Connection;
}

/** The address of one request or upgrade. */
export function address(url: URL, query: Readonly<Record<string, string>>): string {
  const full = new URL(url);
  for (const [name, value] of Object.entries({ v: String(protocolVersion), ...query }))
    full.searchParams.set(name, value);
  return full.href;
}
