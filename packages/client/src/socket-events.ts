// What every socket tells of itself, whatever an application's own events are.
// Not here: how those are typed (the protocol's event map, the same at both ends).

import type { CloseReason, DisconnectDetails, WirewayError } from "@wireway/protocol";
import type { Attempt } from "./dials.ts";

/** The way the messages go at present, and what was tried. Times are on the clock of `performance.now()`. */
export interface ConnectionInfo {
  /** Name of the transport, such as `websocket`; undefined while there is no connection. */
  readonly transport: string | undefined;
  /** The last measured round trip; undefined before the first. */
  readonly roundTripMs: number | undefined;
  /** When the session moved there. */
  readonly sinceMs: number | undefined;
  /** The last 32 dials, from the oldest to the newest: when, how long, and what came of each in words. */
  readonly attempts: readonly Attempt[];
}

/** What every socket tells of itself. Handlers may be asynchronous; what they return is of no use here. */
export interface SocketEvents {
  /** The server admitted the socket, the first time or after a new session had to begin. */
  connect(): unknown;
  /** Nothing was reached in a whole round of dialling (it goes on), or the server refused the socket (it does not). */
  connect_error(error: WirewayError): unknown;
  /** The socket's session is over, or its part in it. */
  disconnect(reason: CloseReason, details: DisconnectDetails): unknown;
  /** The session moved to another connection, or has none at present. */
  connection(info: ConnectionInfo): unknown;
  /** No more than `highWaterBytes` wait to be confirmed any more, after `emit` returned false. */
  drain(): unknown;
  /** The server did not take something that wanted no acknowledgement, or a limit of its is near. */
  warning(error: WirewayError): unknown;
}

export type EventName<Map> = (keyof Map | keyof SocketEvents) & string;

/** The handler of an event. */
export type Handler<Map, Name> = Name extends keyof SocketEvents
  ? SocketEvents[Name]
  : Name extends keyof Map
    ? Map[Name]
    : never;

/** What an event's handler is called with. */
export type HandlerArgs<Map, Name> =
  Handler<Map, Name> extends (...args: infer Args) => unknown ? (Args extends unknown[] ? Args : never) : never;
