// The server's public names.

export {
  type Answer,
  type CloseReason,
  type DisconnectDetails,
  type EmitArgs,
  type ErrorCode,
  type EventMap,
  type Events,
  type PlainArgs,
  type TimedArgs,
  type UnconfirmedEvent,
  WirewayError,
} from "@wireway/protocol";
export type { HttpServer } from "./attach.ts";
export type { Broadcast, RoomNames } from "./broadcast.ts";
export type { CloseOptions } from "./close-options.ts";
export type { ErrorContext } from "./error-report.ts";
export type { EventName, SocketData } from "./event-name.ts";
export type { Handshake } from "./handshake.ts";
export type { HttpMiddleware } from "./http-middleware.ts";
export type { Middleware, Namespace, NamespaceEvents } from "./namespace.ts";
export {
  type ClientAddress,
  type ContextOf,
  defaultOptions,
  type OriginCheck,
  type Origins,
  type ResolvedOptions,
  type ServerOptions,
} from "./options.ts";
export { Server, type ServerEvents } from "./server.ts";
export type { ConnectionInfo, Socket, SocketEvents, SocketHandshake } from "./socket.ts";
export type { TimedEmitter } from "./timed-emitter.ts";
