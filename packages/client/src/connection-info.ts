// The way of messages as an application sees it.

import type { Road } from "@wireway/protocol";
import type { Attempt } from "./dials.ts";
import type { ConnectionInfo } from "./socket-events.ts";

export function connectionInfo(road?: Road, attempts: readonly Attempt[] = []): ConnectionInfo {
  return {
    transport: road?.connection.transport,
    roundTripMs: road?.roundTripMs,
    sinceMs: road?.since,
    attempts,
  };
}
