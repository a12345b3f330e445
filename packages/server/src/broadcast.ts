// The operators that say something to many: whom it is for, and how. Each gives a new broadcast and changes none, so one may
// be kept and used again. Who is in a room counts when something is said.
// Not here: how it gets to them (reach).

import type { Answer, EmitOptions, EventMap, Events, PlainArgs, WirewayError } from "@wireway/protocol";
import { type Audience, everybody, type RoomNames, roomNames } from "./audience.ts";
import { type SettleAll, settler } from "./broadcast-answers.ts";
import { checkEmitOptions } from "./emit-options.ts";
import type { EventName, SocketData } from "./event-name.ts";
import type { BroadcastOptions, Reach } from "./reach.ts";
import type { RemoteSocket } from "./remote-socket.ts";

/**
 * What a broadcast's `emit` takes behind the event's name: its arguments, and a callback where answers are wanted. The
 * callback gets all answers; behind `timeout` or `with` it gets what went wrong in front of them.
 */
export type BroadcastArgs<Out, Name extends keyof Out, Limited extends boolean = false> = string extends keyof Out
  ? unknown[]
  :
      | PlainArgs<Out, Name>
      | [
          ...args: PlainArgs<Out, Name>,
          callback: Limited extends true
            ? (error: WirewayError | undefined, answers: Answer<Out, Name>[]) => void
            : (answers: Answer<Out, Name>[]) => void,
        ];

/** What the server, namespaces and broadcasts have in common. `Limited`: behind `timeout` or `with`. */
export interface BroadcastOperators<
  Out extends Events<Out> = EventMap,
  Data = SocketData,
  Limited extends boolean = false,
> {
  /** Those in this room too; without any, all in the namespace are meant. @throws {WirewayError} `invalid_option` */
  to(room: RoomNames): Broadcast<Out, Data, Limited>;
  /** The same as `to`. */
  in(room: RoomNames): Broadcast<Out, Data, Limited>;
  /** Not those in this room. @throws {WirewayError} `invalid_option` */
  except(room: RoomNames): Broadcast<Out, Data, Limited>;
  /** Only those of this server, where an adapter joins several. */
  readonly local: Broadcast<Out, Data, Limited>;
  /** Worth nothing later: those who are behind do not get it. */
  readonly volatile: Broadcast<Out, Data, Limited>;
  /** Answers that do not come within so many milliseconds are not waited for. @throws {WirewayError} `invalid_option` */
  timeout(limitMs: number): Broadcast<Out, Data, true>;
  /** Several of these at once, and what else an emit may have. @throws {WirewayError} `invalid_option` */
  with(options: EmitOptions): Broadcast<Out, Data, true>;
  /**
   * Sends the event to each socket once. A function as the last argument is called once, with an array of the answers, when
   * every receiver has answered or is over; a time limit is not needed.
   * @returns false when a receiver on this server is behind (`highWaterBytes`).
   * @throws {WirewayError} `message_too_large`, `reserved_event`, `invalid_event`, `not_serializable`
   */
  emit<Name extends EventName<Out>>(event: Name, ...args: BroadcastArgs<Out, Name, Limited>): boolean;
  /** Emits the event `message`. */
  send(...args: unknown[]): boolean;
  /**
   * Resolves with the answers of all receivers that gave one. Rejects with a WirewayError: `not_acknowledged` after the
   * time limit, with the answers that came in `details.data`; `aborted`; or what `emit` throws.
   */
  emitWithAck<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): Promise<Answer<Out, Name>[]>;
  /**
   * Those who are meant, on all servers. Rejects with a WirewayError: `not_acknowledged` when a server that lives did not
   * answer within `requestsTimeoutMs`.
   */
  fetchSockets(): Promise<RemoteSocket<Out, Data>[]>;
  /** Brings them into rooms. @throws {WirewayError} `invalid_option` */
  socketsJoin(room: RoomNames): void;
  /** Takes them out of rooms. @throws {WirewayError} `invalid_option` */
  socketsLeave(room: RoomNames): void;
  /** Ends them; with `close` the whole sessions of their clients. */
  disconnectSockets(close?: boolean): void;
}

/** `Out`: what the server sends, `Data`: of the sockets' `data`. */
export class Broadcast<Out extends Events<Out> = EventMap, Data = SocketData, Limited extends boolean = false>
  implements BroadcastOperators<Out, Data, Limited>
{
  readonly #reach: Reach;
  readonly #audience: Audience;
  readonly #options: BroadcastOptions;
  /** What a callback gets: answers, or what went wrong in front of them. */
  readonly #style: "answers" | "errorFirst";

  /** @internal */
  constructor(
    reach: Reach,
    audience: Audience = everybody,
    options: BroadcastOptions = {},
    style: "answers" | "errorFirst" = "answers",
  ) {
    this.#reach = reach;
    this.#audience = audience;
    this.#options = options;
    this.#style = style;
  }

  to(room: RoomNames): Broadcast<Out, Data, Limited> {
    const { rooms, except } = this.#audience;
    return this.#for({ rooms: [...rooms, ...roomNames(room)], except });
  }

  in(room: RoomNames): Broadcast<Out, Data, Limited> {
    return this.to(room);
  }

  except(room: RoomNames): Broadcast<Out, Data, Limited> {
    const { rooms, except } = this.#audience;
    return this.#for({ rooms, except: [...except, ...roomNames(room)] });
  }

  get local(): Broadcast<Out, Data, Limited> {
    return this.#but({ local: true });
  }

  get volatile(): Broadcast<Out, Data, Limited> {
    return this.#but({ volatile: true });
  }

  timeout(limitMs: number): Broadcast<Out, Data, true> {
    return this.with({ timeoutMs: limitMs });
  }

  with(options: EmitOptions): Broadcast<Out, Data, true> {
    const whole = { ...this.#options, ...checkEmitOptions(options) };
    return new Broadcast<Out, Data, true>(this.#reach, this.#audience, whole, "errorFirst");
  }

  emit<Name extends EventName<Out>>(event: Name, ...args: BroadcastArgs<Out, Name, Limited>): boolean;
  emit(event: string, ...args: unknown[]): boolean {
    const callback = args.at(-1);
    if (typeof callback !== "function") return this.#reach.emit(this.#audience, event, args, this.#options);
    const told = callback as (...given: unknown[]) => unknown;
    const settle: SettleAll = (error, answers) =>
      this.#style === "errorFirst" ? told(error, answers) : !error && told(answers);
    return this.#ask(
      event,
      args.slice(0, -1),
      settler(settle, (error) => this.#reach.report(error, { event })),
    );
  }

  send(...args: unknown[]): boolean {
    return (this as unknown as Broadcast).emit("message", ...args);
  }

  emitWithAck<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): Promise<Answer<Out, Name>[]>;
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      this.#ask(event, args, (error, answers) => (error ? reject(error) : resolve([...answers])));
    });
  }

  async fetchSockets(): Promise<RemoteSocket<Out, Data>[]> {
    const sockets = await this.#reach.fetch(this.#audience, this.#options);
    return sockets as unknown as RemoteSocket<Out, Data>[];
  }

  socketsJoin(room: RoomNames): void {
    this.#reach.join(this.#audience, roomNames(room), this.#options);
  }

  socketsLeave(room: RoomNames): void {
    this.#reach.leave(this.#audience, roomNames(room), this.#options);
  }

  disconnectSockets(close = false): void {
    this.#reach.disconnect(this.#audience, close, this.#options);
  }

  #for(audience: Audience): Broadcast<Out, Data, Limited> {
    return new Broadcast(this.#reach, audience, this.#options, this.#style);
  }

  #but(options: BroadcastOptions): Broadcast<Out, Data, Limited> {
    return new Broadcast(this.#reach, this.#audience, { ...this.#options, ...options }, this.#style);
  }

  #ask(event: string, args: readonly unknown[], settle: SettleAll): boolean {
    return this.#reach.ask(this.#audience, event, args, this.#options, settle);
  }
}
