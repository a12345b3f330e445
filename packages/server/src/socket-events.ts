// What every socket tells of itself, whatever an application's own events are.

import type { CloseReason, DisconnectDetails } from "@wireway/protocol";

/** What every socket tells of itself. */
export interface SocketEvents {
  /** The socket's session is over, or its part in it. */
  disconnect(reason: CloseReason, details: DisconnectDetails): unknown;
}
