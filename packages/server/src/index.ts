// The server's public names.

export {
  type Answer,
  type CloseReason,
  type Contract,
  type ContractIssue,
  type DisconnectDetails,
  type EmitArgs,
  type EmitOptions,
  type EnvelopeCodec,
  type ErrorCode,
  type ErrorDetails,
  type EventContract,
  type EventIterator,
  type EventMap,
  type Events,
  type EventsOf,
  type EventsOptions,
  type HandledEventsOf,
  jsonCodec,
  type ListenOptions,
  type PlainArgs,
  Refusal,
  type RefusalOptions,
  type Schema,
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
export {
  type DiagnosticHandlers,
  type DiagnosticLimit,
  type DiagnosticMessages,
  type DiagnosticName,
  subscribeDiagnostics,
} from "./diagnostics.ts";
export type { Emitter } from "./emitter.ts";
export type { ErrorContext } from "./error-report.ts";
export type { EventName, SocketData } from "./event-name.ts";
export type { Handshake, SocketHandshake } from "./handshake.ts";
export type { HttpMiddleware } from "./http-middleware.ts";
export type { Authenticate, Identity } from "./identity.ts";
export { MemoryHub } from "./memory-adapter.ts";
export type { Namespace } from "./namespace.ts";
export type { NamespaceEvents } from "./namespace-events.ts";
export type { NamespaceOptions, WhenBehind } from "./namespace-options.ts";
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
export type { ServerEvents } from "./server-events.ts";
export type { Socket } from "./socket.ts";
export type {
  EventMiddleware,
  HeardArgs,
  HeardName,
  MessageArgs,
  SocketEvents,
  SocketHandler,
} from "./socket-events.ts";
export { type ContractOptions, Server } from "./typed-server.ts";
export type {
  EngineWebSocket,
  WebSocketEngine,
  WebSocketEngineOptions,
  WebSocketEngineServer,
} from "./web-socket-engine.ts";
