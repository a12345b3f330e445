// A socket of any server, as `fetchSockets` found it: what it was then, and what can be done with it from here. One that has
// gone since hears nothing, and nobody is told.

import {
  type Answer,
  type EmitOptions,
  type EventMap,
  type Events,
  type PlainArgs,
  WirewayError,
} from "@wireway/protocol";
import { type Audience, type RoomNames, roomNames } from "./audience.ts";
import { checkEmitOptions } from "./emit-options.ts";
import type { EventName, SocketData } from "./event-name.ts";
import type { SocketHandshake } from "./handshake.ts";
import { roomList } from "./own-rooms.ts";
import type { Reach } from "./reach.ts";
import type { Socket } from "./socket.ts";

/** What servers tell each other of a socket. */
export interface SocketDescription {
  /** The socket's id. */
  readonly id: string;
  readonly namespace: string;
  readonly handshake: SocketHandshake;
  readonly rooms: readonly string[];
  readonly data: unknown;
}

export function describeSocket(socket: Socket): SocketDescription {
  const { id, namespace, handshake, data } = socket;
  return { id, namespace, handshake, rooms: roomList(socket.ownRooms, id), data };
}

/** `Out`: what the server sends, `Data`: of `data`. */
export class RemoteSocket<Out extends Events<Out> = EventMap, Data = SocketData> {
  /** The socket's id. */
  readonly id: string;
  /** Name of the namespace. */
  readonly namespace: string;
  /** The request that began its session, and what the client gave. */
  readonly handshake: SocketHandshake;
  /** The rooms that it was in. */
  readonly rooms: ReadonlySet<string>;
  /** What the application kept with it; of another server's socket a copy, as JSON would make it. */
  readonly data: Readonly<Data>;
  readonly #description: SocketDescription;
  readonly #reach: Reach;
  readonly #options: EmitOptions;

  constructor(description: SocketDescription, reach: Reach, options: EmitOptions = {}) {
    this.id = description.id;
    this.namespace = description.namespace;
    this.handshake = description.handshake;
    this.rooms = new Set(description.rooms);
    this.data = description.data as Data;
    this.#description = description;
    this.#reach = reach;
    this.#options = options;
  }

  /** Worth nothing later: not sent when the client is behind. */
  get volatile(): RemoteSocket<Out, Data> {
    return this.with({ volatile: true });
  }

  /** With a time limit for the acknowledgement. @throws {WirewayError} `invalid_option` */
  timeout(limitMs: number): RemoteSocket<Out, Data> {
    return this.with({ timeoutMs: limitMs });
  }

  /** Several of these at once. @throws {WirewayError} `invalid_option` */
  with(options: EmitOptions): RemoteSocket<Out, Data> {
    checkEmitOptions(options);
    return new RemoteSocket(this.#description, this.#reach, { ...this.#options, ...options });
  }

  /** @returns false when it is a socket of this server that is behind. @throws {WirewayError} as `Socket.emit` */
  emit<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): boolean;
  emit(event: string, ...args: unknown[]): boolean {
    return this.#reach.emit(this.#audience, event, args, this.#options);
  }

  /**
   * Resolves with the acknowledgement. Rejects with a WirewayError: `disconnected`, `not_acknowledged` after the time limit,
   * `aborted`, or what `emit` throws.
   */
  emitWithAck<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): Promise<Answer<Out, Name>>;
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#reach.ask(this.#audience, event, args, this.#options, (error, answers) => {
        if (error) reject(error);
        else if (answers.length === 0) reject(new WirewayError("disconnected"));
        else resolve(answers[0]);
      });
    });
  }

  /** @throws {WirewayError} `invalid_option` */
  /** Brings it into rooms. */
  join(room: RoomNames): void {
    this.#reach.join(this.#audience, roomNames(room), {});
  }

  /** @throws {WirewayError} `invalid_option` */
  /** Takes it out of rooms. */
  leave(room: RoomNames): void {
    this.#reach.leave(this.#audience, roomNames(room), {});
  }

  /** Ends it; with `close` its client's whole session. */
  disconnect(close = false): void {
    this.#reach.disconnect(this.#audience, close, {});
  }

  /** Each socket is in the room of its own id. */
  get #audience(): Audience {
    return { rooms: [this.id], except: [] };
  }
}
