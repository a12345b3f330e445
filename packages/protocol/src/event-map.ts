// How events are typed, the same at both ends: an application describes what it may hear and what it may say as interfaces
// of functions, and the sockets' methods follow from them. Without a description every name is allowed and arguments are
// the handler's to declare. Also what a socket is told when it is over. Types alone.

import type { AckLimits } from "./acknowledgements.ts";
import type { WirewayError } from "./errors.ts";

/** Any events: the handlers declare what they take. */
export type EventMap = Record<string, (...args: never[]) => unknown>;

/** What a description of events looks like; an interface will do. */
export type Events<Map> = { [Name in keyof Map]: (...args: never[]) => unknown };

type Fn = (...args: never[]) => unknown;

/** Anything, and where it is a function without types of its own, what it is called with is unknown. */
type AnyArgument = NonNullable<unknown> | null | undefined | ((...answer: unknown[]) => unknown);

/** What `emit` takes behind the name: the arguments, the acknowledgement's callback as the last where there is one. */
export type EmitArgs<Map, Name extends keyof Map> = string extends keyof Map
  ? AnyArgument[]
  : Map[Name] extends Fn
    ? Parameters<Map[Name]>
    : never;

/** The same where the callback is told of failures, in front of the answer. */
export type TimedArgs<Args> = Args extends [...infer Rest, (...answer: infer Answer) => unknown]
  ? [...Rest, (error: WirewayError | undefined, ...answer: Partial<Answer>) => void]
  : Args;

/** The same without the callback: what a broadcast and `emitWithAck` take. */
export type PlainArgs<Map, Name extends keyof Map> =
  EmitArgs<Map, Name> extends [...infer Rest, Fn] ? Rest : EmitArgs<Map, Name>;

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

/** How an event is sent, beside its name and arguments. */
export interface EmitOptions extends AckLimits {
  /** It is worth nothing later: not sent when the peer is behind. @default false */
  readonly volatile?: boolean;
  /** While the peer is behind, only the newest event of this key waits, such as `"price:AAPL"`. */
  readonly coalesce?: string | undefined;
}

/** An event that was sent and not confirmed by the peer; it may have arrived nevertheless. */
export interface UnconfirmedEvent {
  /** Its name. */
  readonly event: string;
  /** What it was sent with, without the callback. */
  readonly args: readonly unknown[];
}

/** Why a socket was disconnected, and what of it may not have arrived. */
export interface DisconnectDetails {
  /** The close code. */
  readonly code: number;
  /** What the reason means, or the peer's own words. */
  readonly message: string;
  /** In the order in which they were sent. None is sent again. */
  readonly unconfirmed: readonly UnconfirmedEvent[];
}
