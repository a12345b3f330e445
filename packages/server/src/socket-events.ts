// What every socket tells of itself, whatever an application's own events are.

import type { CloseReason, DisconnectDetails, WirewayError } from "@wireway/protocol";

/** What every socket tells of itself. */
export interface SocketEvents {
  /** A limit is near, or what it was authenticated with has expired; the client is told too. See the error's `code`. */
  warning(error: WirewayError): unknown;
  /** The socket's session is over, or its part in it. */
  disconnect(reason: CloseReason, details: DisconnectDetails): unknown;
}
