// What every server socket tells of itself, and how an application's own events are typed beside that.

import type { CloseReason, DisconnectDetails, EmitArgs, WirewayError } from "@wireway/protocol";
import type { EventName } from "./event-name.ts";

/** What every socket tells of itself. Handlers may be asynchronous; what they return is of no use here. */
export interface SocketEvents {
  /** The socket is about to be over; it is still in its rooms. */
  disconnecting(reason: CloseReason, details: DisconnectDetails): unknown;
  /** The socket's session is over, or its part in it. Comes behind all of its events. */
  disconnect(reason: CloseReason, details: DisconnectDetails): unknown;
  /** No more than `highWaterBytes` wait to be confirmed any more, after `emit` returned false. */
  drain(): unknown;
  /** The client did not take something, a limit is near, or what it was authenticated with has expired. See the `code`. */
  warning(error: WirewayError): unknown;
}

/** The names that a socket can listen to. */
export type HeardName<In> = EventName<In> | keyof SocketEvents;

/** The handler of an event; what it returns or resolves with is the acknowledgement. */
export type SocketHandler<In, Name> = Name extends keyof SocketEvents
  ? SocketEvents[Name]
  : Name extends keyof In
    ? In[Name] extends (...args: infer Args) => infer Result
      ? // biome-ignore lint/suspicious/noConfusingVoidType: whether it is what the handler returns
        (...args: Args) => [Result] extends [void] ? unknown : Result | Promise<Awaited<Result>>
      : never
    : never;

/** What an event's handlers are called with. */
export type HeardArgs<In, Name extends keyof In> =
  EmitArgs<In, Name> extends infer Args extends unknown[] ? Args : never;

/** What `send` takes: the arguments of the event `message`. */
export type MessageArgs<Out> = Out extends { message: (...args: never[]) => unknown }
  ? EmitArgs<Out, "message" & keyof Out>
  : unknown[];

/** What a middleware of events gets: the name and the arguments, without the function that acknowledges. */
export type EventMiddleware = (event: [name: string, ...args: unknown[]], next: (refusal?: Error) => void) => unknown;
