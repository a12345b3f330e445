// The server's public names.

export { type CloseReason, type ErrorCode, WirewayError } from "@wireway/protocol";
export type { HttpServer } from "./attach.ts";
export type { Broadcast, RoomNames } from "./broadcast.ts";
export type { DisconnectDetails, UnconfirmedEvent } from "./disconnection.ts";
export type { ErrorContext } from "./error-report.ts";
export type { Answer, EmitArgs, EventMap, EventName, Events, PlainArgs, TimedArgs } from "./event-map.ts";
export type { Handshake } from "./handshake.ts";
export type { Middleware, Namespace, NamespaceEvents } from "./namespace.ts";
export { defaultOptions, type OriginCheck, type Origins, type ResolvedOptions, type ServerOptions } from "./options.ts";
export { type CloseOptions, Server, type ServerEvents } from "./server.ts";
export type { ConnectionInfo, Socket, SocketEvents, SocketHandshake } from "./socket.ts";
export type { TimedEmitter } from "./timed-emitter.ts";
