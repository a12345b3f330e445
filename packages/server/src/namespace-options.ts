// What an application may say about one namespace; what it leaves out is as the server's options are.

import { type Contract, type EventsOf, type HandledEventsOf, WirewayError } from "@wireway/protocol";

/**
 * What becomes of a client that stays behind. `disconnect`: volatile events are dropped. `dropOldestVolatile`: they wait, at
 * most `volatileBytes` of them, and the oldest give way. `coalesce`: of each name the newest waits. With each of them, the
 * session ends (`too_far_behind`) above `maxUnconfirmedBytes`.
 */
export type WhenBehind = "disconnect" | "dropOldestVolatile" | "coalesce";

export interface NamespaceOptions {
  /** What clients send: schemas by the events' names. What does not fit never reaches a handler. @default the server's */
  readonly events?: Contract | undefined;
  /** What the server sends; its schemas have to be synchronous. @default the server's */
  readonly serverEvents?: Contract | undefined;
  /** What becomes of volatile events for a client that is behind. @default the server's */
  readonly whenBehind?: WhenBehind | undefined;
}

/** The events that clients send by these options; `In` where they say nothing. */
export type HeardBy<Options, In> = Options extends { readonly events: infer C extends Contract }
  ? HandledEventsOf<C>
  : In;

/** The events that the server sends by these options; `Out` where they say nothing. */
export type SaidBy<Options, Out> = Options extends { readonly serverEvents: infer C extends Contract }
  ? EventsOf<C>
  : Out;

/** @throws {WirewayError} `invalid_option` */
export function checkWhenBehind(policy: unknown = "disconnect"): WhenBehind {
  const policies: readonly unknown[] = ["disconnect", "dropOldestVolatile", "coalesce"] satisfies WhenBehind[];
  if (policies.includes(policy)) return policy as WhenBehind;
  throw new WirewayError("invalid_option", { name: "whenBehind", why: `must be one of ${policies.join(", ")}` });
}

/** @throws {WirewayError} `invalid_option` */
export function checkContract(name: string, contract: unknown): Contract | undefined {
  const isObject = typeof contract === "object" && contract !== null && !Array.isArray(contract);
  if (contract === undefined || isObject) return contract as Contract | undefined;
  throw new WirewayError("invalid_option", { name, why: "must be an object of schemas by the events' names" });
}
