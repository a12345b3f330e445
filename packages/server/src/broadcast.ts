// An event for many sockets: encoded once, as one message that all outboxes share. Who gets it is decided when it is
// emitted; a broadcast itself holds only names of rooms and never changes.

import { type EventMap, type Events, type PlainArgs, WirewayError } from "@wireway/protocol";
import type { EventName, SocketData } from "./event-name.ts";
import { eventMessage } from "./outgoing.ts";
import type { Socket } from "./socket.ts";
import type { BroadcastScope } from "./socket-host.ts";

/** One room or several. */
export type RoomNames = string | readonly string[];

/** `Out`: what the server sends, `Data`: of the sockets' `data`. */
export class Broadcast<Out extends Events<Out> = EventMap, Data = SocketData> {
  readonly #scope: BroadcastScope;
  readonly #rooms: readonly string[];
  readonly #except: readonly string[];

  constructor(scope: BroadcastScope, rooms: readonly string[] = [], except: readonly string[] = []) {
    this.#scope = scope;
    this.#rooms = rooms;
    this.#except = except;
  }

  /** Those in this room too; without any, all in the namespace are meant. */
  to(room: RoomNames): Broadcast<Out, Data> {
    return new Broadcast<Out, Data>(this.#scope, [...this.#rooms, ...roomNames(room)], this.#except);
  }

  /** The same as `to`. */
  in(room: RoomNames): Broadcast<Out, Data> {
    return this.to(room);
  }

  /** Not those in this room. */
  except(room: RoomNames): Broadcast<Out, Data> {
    return new Broadcast<Out, Data>(this.#scope, this.#rooms, [...this.#except, ...roomNames(room)]);
  }

  /**
   * Sends the event to each socket once.
   * @returns false when a receiver is behind (`highWaterBytes`).
   * @throws {WirewayError} `message_too_large`, `reserved_event`, `invalid_event`, `not_serializable`
   */
  emit<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): boolean;
  emit(event: string, ...args: unknown[]): boolean {
    const { name, maxMessageBytes } = this.#scope;
    const message = eventMessage(name, event, args, maxMessageBytes);
    let isBelow = true;
    for (const socket of this.#receivers()) if (!socket.deliver(message)) isBelow = false;
    return isBelow;
  }

  *#receivers(): Generator<Socket> {
    const { sockets, rooms } = this.#scope;
    const [only, ...others] = this.#rooms;
    // Over several rooms a socket must not be met twice.
    const chosen =
      only === undefined
        ? sockets.values()
        : others.length === 0
          ? (rooms.of(only) ?? [])
          : new Set(this.#rooms.flatMap((room) => [...(rooms.of(room) ?? [])]));
    for (const socket of chosen) if (!this.#except.some((room) => socket.rooms.has(room))) yield socket;
  }
}

/** @throws {WirewayError} `invalid_option`; a number would silently be another room than its text. */
export function roomNames(room: RoomNames): readonly string[] {
  const names = typeof room === "string" ? [room] : room;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    throw new WirewayError("invalid_option", { name: "room", why: "must be a string" });
  }
  return names;
}
