// The server's public names.

export {
  type Answer,
  type CloseReason,
  type DisconnectDetails,
  type EmitArgs,
  type EmitOptions,
  type ErrorCode,
  type EventMap,
  type Events,
  type PlainArgs,
  Refusal,
  type RefusalOptions,
  type TimedArgs,
  type UnconfirmedEvent,
  WirewayError,
} from "@wireway/protocol";
export type { Adapter } from "./adapter.ts";
export type { Middleware } from "./admission.ts";
export type { HttpServer } from "./attach.ts";
export type { RoomNames } from "./audience.ts";
export type { Broadcast, BroadcastArgs, BroadcastOperators } from "./broadcast.ts";
export type { CloseOptions } from "./close-options.ts";
export type { ConnectionInfo } from "./connection-info.ts";
export type { ErrorContext } from "./error-report.ts";
export type { EventName, SocketData } from "./event-name.ts";
export type { Handshake, SocketHandshake } from "./handshake.ts";
export type { HttpMiddleware } from "./http-middleware.ts";
export type { Authenticate, Identity } from "./identity.ts";
export { MemoryHub } from "./memory-adapter.ts";
export type { Namespace } from "./namespace.ts";
export type { NamespaceEvents } from "./namespace-events.ts";
export {
  type ClientAddress,
  type ContextOf,
  defaultOptions,
  type OriginCheck,
  type Origins,
  type ResolvedOptions,
  type ServerOptions,
} from "./options.ts";
export type { NamespaceMatcher, ParentNamespace } from "./parent-namespace.ts";
export type { RemoteSocket } from "./remote-socket.ts";
export { Server, type ServerEvents } from "./server.ts";
export type { Socket } from "./socket.ts";
export type { SocketEvents } from "./socket-events.ts";
export type { TimedEmitter } from "./timed-emitter.ts";
