// `socket.timeout(…)`, `socket.volatile`, `socket.with(…)`: a socket's emit with something to be heeded. Never changes; each
// of its calls makes another one.
// Not here: what the options do (outgoing).

import type { Answer, EmitArgs, EmitOptions, EventMap, Events, PlainArgs, TimedArgs } from "@wireway/protocol";
import { checkEmitOptions } from "./emit-options.ts";
import type { EventName } from "./event-name.ts";
import type { MessageArgs } from "./socket-events.ts";

/** What the callback of an acknowledgement gets: the answer alone, or an error in front. */
export type CallbackStyle = "answer" | "errorFirst";

export interface EmitterCalls {
  emit(event: string, args: readonly unknown[], options: EmitOptions, style: CallbackStyle): boolean;
  ask(event: string, args: readonly unknown[], options: EmitOptions): Promise<unknown>;
}

/** `Limited`: behind `timeout` or `with`, where the callback of an acknowledgement gets an error, or undefined, in front. */
export class Emitter<Out extends Events<Out> = EventMap, Limited extends boolean = false> {
  readonly #calls: EmitterCalls;
  readonly #options: EmitOptions;
  readonly #style: CallbackStyle;

  /** @internal */
  constructor(calls: EmitterCalls, options: EmitOptions, style: CallbackStyle) {
    this.#calls = calls;
    this.#options = options;
    this.#style = style;
  }

  /** @returns false also for a volatile event that was dropped. @throws {WirewayError} as `Socket.emit`, and `aborted` */
  emit<Name extends EventName<Out>>(
    event: Name,
    ...args: Limited extends true ? TimedArgs<EmitArgs<Out, Name>> : EmitArgs<Out, Name>
  ): boolean;
  emit(event: string, ...args: unknown[]): boolean {
    return this.#calls.emit(event, args, this.#options, this.#style);
  }

  /** As `Socket.emitWithAck`; rejects with `timed_out`, `aborted` and `dropped` too. */
  emitWithAck<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): Promise<Answer<Out, Name>>;
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown> {
    return this.#calls.ask(event, args, this.#options);
  }

  /** Emits the event `message`. */
  send(...args: MessageArgs<Out>): boolean {
    return this.#calls.emit("message", args, this.#options, this.#style);
  }

  /** Dropped when the client is behind: worth nothing later. */
  get volatile(): Emitter<Out, Limited> {
    return new Emitter<Out, Limited>(this.#calls, { ...this.#options, volatile: true }, this.#style);
  }

  /** The acknowledgement has to come within so many milliseconds. @throws {WirewayError} `invalid_option` */
  timeout(timeoutMs: number): Emitter<Out, true> {
    return this.with({ timeoutMs });
  }

  /** Several of these at once, a signal, or a key of which only the newest event waits. @throws {WirewayError} `invalid_option` */
  with(options: EmitOptions): Emitter<Out, true> {
    return new Emitter<Out, true>(this.#calls, { ...this.#options, ...checkEmitOptions(options) }, "errorFirst");
  }
}
