// The client: `connect` and everything that may be given to it. Where bytes count, `@wireway/client/core` leaves out the
// transports that are not used.

import type { EventMap, Events } from "@wireway/protocol";
import { connect as connectCore } from "./connect.ts";
import type { ConnectOptions } from "./options.ts";
import type { Socket } from "./socket.ts";
import { polling } from "./transports/polling.ts";
import { streaming } from "./transports/streaming.ts";
import { webSocket } from "./transports/websocket.ts";

export {
  type Attempt,
  type Auth,
  type AuthData,
  type ClientEnvironment,
  type CloseReason,
  type ConnectionInfo,
  type ConnectOptions,
  type DisconnectDetails,
  type EmitOptions,
  type Emitter,
  type EnvelopeCodec,
  type Environment,
  type ErrorCode,
  type ErrorDetails,
  type ErrorHandler,
  type EventCheck,
  type EventMap,
  type Events,
  type EventsOf,
  type EventsOptions,
  type Fault,
  type HandledEventsOf,
  type KeyValueStorage,
  type ListenOptions,
  type PageLife,
  polling,
  Refusal,
  type RefusalOptions,
  Socket,
  type SocketEvents,
  sse,
  streaming,
  type Transport,
  type UnconfirmedEvent,
  WirewayError,
  webSocket,
} from "./core.ts";

/**
 * Opens a socket in the namespace that the path names.
 * @param url of the server, or relative to the page, which is also the default; it may be left out before options.
 * @throws {WirewayError} `invalid_option`, `invalid_namespace`
 */
export function connect<
  ServerToClient extends Events<ServerToClient> = EventMap,
  ClientToServer extends Events<ClientToServer> = EventMap,
>(url: string | URL | ConnectOptions = "/", options: ConnectOptions = {}): Socket<ServerToClient, ClientToServer> {
  if (typeof url !== "string" && !(url instanceof URL)) return connect("/", url);
  const transports = options.transports ?? [webSocket(), streaming(), polling()];
  return connectCore(url, { ...options, transports });
}
