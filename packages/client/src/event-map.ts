// How events are typed: an application describes what it may hear and what it may say as interfaces of functions, and the
// socket's methods follow from them. Without a description every name is allowed and arguments are the handler's to declare.

import type { CloseReason, WirewayError } from "@wireway/protocol";

/** Any events: the handlers declare what they take. */
export type EventMap = Record<string, (...args: never[]) => unknown>;

/** What a description of events looks like; an interface will do. */
export type Events<Map> = { [Name in keyof Map]: (...args: never[]) => unknown };

/** An event that was sent and not confirmed by the server. */
export interface UnconfirmedEvent {
  readonly event: string;
  readonly args: readonly unknown[];
}

/** Why a socket was disconnected, and what of it may not have arrived. */
export interface DisconnectDetails {
  readonly code: number;
  readonly message: string;
  /** In the order in which they were sent. Each may have arrived nevertheless; none is sent again. */
  readonly unconfirmed: readonly UnconfirmedEvent[];
}

/** The way the messages go at present. */
export interface ConnectionInfo {
  /** Name of the transport, such as `websocket`. */
  readonly transport: string;
  /** The last measured round trip; undefined before the first. */
  readonly roundTripMs: number | undefined;
  /** When the session moved there, on the clock of `performance.now()`. */
  readonly sinceMs: number;
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
  connection(info: ConnectionInfo | undefined): unknown;
}

export type EventName<Map> = (keyof Map | keyof SocketEvents) & string;

/** The handler of an event. */
export type Handler<Map, Name> = Name extends keyof SocketEvents
  ? SocketEvents[Name]
  : Name extends keyof Map
    ? Map[Name]
    : never;

type Fn = (...args: never[]) => unknown;

/** What `emit` takes behind the name: the arguments, the acknowledgement's callback as the last where there is one. */
export type EmitArgs<Map, Name extends keyof Map> = string extends keyof Map
  ? unknown[]
  : Map[Name] extends Fn
    ? Parameters<Map[Name]>
    : never;

/** The same where the callback is told of failures, in front of the answer. */
export type TimedArgs<Args> = Args extends [...infer Rest, (...answer: infer Answer) => unknown]
  ? [...Rest, (error: WirewayError | undefined, ...answer: Partial<Answer>) => void]
  : Args;

type WithoutCallback<Args> = Args extends [...infer Rest, Fn] ? Rest : Args;

/** What `emitWithAck` takes behind the name. */
export type AskArgs<Map, Name extends keyof Map> = WithoutCallback<EmitArgs<Map, Name>>;

/** What `emitWithAck` resolves with: what the callback takes first, or what the handler returns. */
export type Answer<Map, Name extends keyof Map> = string extends keyof Map
  ? unknown
  : Map[Name] extends Fn
    ? Parameters<Map[Name]> extends [...unknown[], (...answer: infer Args) => unknown]
      ? Args extends [infer First, ...unknown[]]
        ? First
        : undefined
      : Awaited<ReturnType<Map[Name]>>
    : never;
