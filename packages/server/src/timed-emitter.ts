// `socket.timeout(limitMs)`: emits whose acknowledgement has to come in time. The callback gets the failure in front.

import type { Answer, EmitArgs, EventMap, Events, PlainArgs, Settle, TimedArgs, WirewayError } from "@wireway/protocol";
import type { EventName } from "./event-name.ts";

export interface TimedCalls {
  emit(event: string, args: readonly unknown[], settle: Settle | undefined): boolean;
  ask(event: string, args: readonly unknown[]): Promise<unknown>;
}

/** Emits whose acknowledgement has to come in time. */
export class TimedEmitter<Out extends Events<Out> = EventMap> {
  readonly #calls: TimedCalls;

  constructor(calls: TimedCalls) {
    this.#calls = calls;
  }

  /** @returns false when the client is behind or the socket is not connected. @throws {WirewayError} as `Socket.emit` */
  emit<Name extends EventName<Out>>(event: Name, ...args: TimedArgs<EmitArgs<Out, Name>>): boolean;
  emit(event: string, ...args: unknown[]): boolean {
    const callback = args.at(-1);
    if (typeof callback !== "function") return this.#calls.emit(event, args, undefined);
    const told = callback as (error: WirewayError | undefined, ...answer: unknown[]) => unknown;
    return this.#calls.emit(event, args.slice(0, -1), (error, answer) => told(error, ...answer));
  }

  /** Resolves with the acknowledgement. Rejects with a WirewayError: `timed_out`, `disconnected`, or what `emit` throws. */
  emitWithAck<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): Promise<Answer<Out, Name>>;
  async emitWithAck(event: string, ...args: unknown[]): Promise<unknown> {
    return this.#calls.ask(event, args);
  }
}
