// Whom a broadcast means: rooms that count, and rooms that do not. Found among the members when something is said, never
// kept.

import { WirewayError } from "@wireway/protocol";
import type { Members } from "./members.ts";
import { isInRoom } from "./own-rooms.ts";
import type { Socket } from "./socket.ts";

/** One room or several. */
export type RoomNames = string | readonly string[];

export interface Audience {
  /** Those in any of these; without any, all in the namespace are meant. */
  readonly rooms: readonly string[];
  /** Not those in any of these. */
  readonly except: readonly string[];
}

export const everybody: Audience = { rooms: [], except: [] };

/** Each of them once. Somebody may go, or come, while they are told. */
export function* receivers({ sockets, rooms }: Members, audience: Audience): Generator<Socket> {
  const [only, ...others] = audience.rooms;
  // Over several rooms a socket must not be met twice.
  const chosen =
    only === undefined
      ? sockets.values()
      : others.length === 0
        ? (rooms.of(only) ?? [])
        : new Set(audience.rooms.flatMap((room) => [...(rooms.of(room) ?? [])]));
  for (const socket of chosen)
    if (!audience.except.some((room) => isInRoom(socket.ownRooms, socket.id, room))) yield socket;
}

/** @throws {WirewayError} `invalid_option`; a number would silently be another room than its text. */
export function roomNames(room: RoomNames): readonly string[] {
  const names = typeof room === "string" ? [room] : room;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    throw new WirewayError("invalid_option", { name: "room", why: "must be a string" });
  }
  return names;
}
