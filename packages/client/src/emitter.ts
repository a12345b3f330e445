// `socket.timeout(…)`, `socket.volatile`, `socket.with(…)`: a socket's emit with something to be heeded. Never changes; each
// of its calls makes another one.
// Not here: what the options do (membership).

import type { Answer, EmitArgs, EmitOptions, Events, PlainArgs, TimedArgs } from "@wireway/protocol";

/** What `send` takes: the arguments of the event `message`. */
export type MessageArgs<Map> = Map extends { message: (...args: never[]) => unknown }
  ? EmitArgs<Map, "message" & keyof Map>
  : unknown[];

/** `Told`: the callback of an acknowledgement gets an error, or undefined, in front of the answer. */
export interface Emitter<ClientToServer, Told extends boolean = false> {
  /** As `Socket.emit`. @returns false also for a volatile event that was dropped. @throws {WirewayError} */
  emit<Name extends keyof ClientToServer & string>(
    event: Name,
    ...args: Told extends true ? TimedArgs<EmitArgs<ClientToServer, Name>> : EmitArgs<ClientToServer, Name>
  ): boolean;
  /** As `Socket.emitWithAck`; rejects with `timed_out`, `aborted` or `dropped` too. */
  emitWithAck<Name extends keyof ClientToServer & string>(
    event: Name,
    ...args: PlainArgs<ClientToServer, Name>
  ): Promise<Answer<ClientToServer, Name>>;
  /** As `Socket.send`. */
  send(...args: MessageArgs<ClientToServer>): boolean;
  /** Dropped when the server is behind: worth nothing later. */
  readonly volatile: Emitter<ClientToServer, Told>;
  /** The acknowledgement has to come within so many milliseconds. */
  timeout(timeoutMs: number): Emitter<ClientToServer, true>;
  /** Several of these at once, a signal, or a key of which only the newest event waits. */
  with(options: EmitOptions): Emitter<ClientToServer, true>;
}

export interface EmitterCalls {
  emit(event: string, args: unknown[], options: EmitOptions, isTold: boolean): boolean;
  ask(event: string, args: unknown[], options: EmitOptions): Promise<unknown>;
}

export function emitterOf<ClientToServer extends Events<ClientToServer>, Told extends boolean>(
  calls: EmitterCalls,
  options: EmitOptions,
  isTold: Told,
): Emitter<ClientToServer, Told> {
  const emitter = {
    emit: (event: string, ...args: unknown[]) => calls.emit(event, args, options, isTold),
    emitWithAck: (event: string, ...args: unknown[]) => calls.ask(event, args, options),
    send: (...args: unknown[]) => calls.emit("message", args, options, isTold),
    get volatile() {
      return emitterOf(calls, { ...options, volatile: true }, isTold);
    },
    timeout: (timeoutMs: number) => emitterOf(calls, { ...options, timeoutMs }, true),
    with: (more: EmitOptions) => emitterOf(calls, { ...options, ...more }, true),
  };
  return emitter as unknown as Emitter<ClientToServer, Told>;
}
