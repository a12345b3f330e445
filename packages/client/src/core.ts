// The client with no default transports: a bundle holds those that it lists and no other.

export {
  type CloseReason,
  type DisconnectDetails,
  type EmitOptions,
  type EnvelopeCodec,
  type ErrorCode,
  type ErrorDetails,
  type EventMap,
  type Events,
  type EventsOf,
  type EventsOptions,
  type Fault,
  type HandledEventsOf,
  type ListenOptions,
  Refusal,
  type RefusalOptions,
  type UnconfirmedEvent,
  WirewayError,
} from "@wireway/protocol";
export { type CoreConnectOptions, connect } from "./connect.ts";
export type { Attempt } from "./dials.ts";
export type { Emitter } from "./emitter.ts";
export type { KeyValueStorage } from "./memory.ts";
export type { Auth, AuthData, ConnectOptions, ErrorHandler, EventCheck } from "./options.ts";
export type { ClientEnvironment, Environment, PageLife } from "./platform.ts";
export { Socket } from "./socket.ts";
export type { ConnectionInfo, SocketEvents } from "./socket-events.ts";
export { polling } from "./transports/polling.ts";
export { sse } from "./transports/sse.ts";
export { streaming } from "./transports/streaming.ts";
export type { Transport } from "./transports/transport.ts";
export { webSocket } from "./transports/websocket.ts";
