// Which sockets are in which room, both ways. A room exists while somebody is in it.

import { isInRoom, type OwnRooms, roomList, withoutRoom, withRoom } from "./own-rooms.ts";

/** What can be in rooms. */
export interface Member {
  readonly id: string;
  ownRooms: OwnRooms;
}

/** What happens to rooms, by the names under which applications hear of it. */
export type RoomEvent = "create-room" | "delete-room" | "join-room" | "leave-room";

/** Must not throw. */
export type RoomWatcher = (event: RoomEvent, room: string, id?: string) => void;

export class Rooms<M extends Member> {
  /** One who is alone somewhere, as every socket is in the room of its own, stands there itself. */
  readonly #members = new Map<string, Set<M> | M>();
  readonly #watch: RoomWatcher | undefined;

  constructor(watch?: RoomWatcher) {
    this.#watch = watch;
  }

  get size(): number {
    return this.#members.size;
  }

  of(room: string): Iterable<M> | undefined {
    const members = this.#members.get(room);
    return members === undefined || members instanceof Set ? members : [members];
  }

  join(member: M, room: string): void {
    if (isInRoom(member.ownRooms, member.id, room)) return;
    member.ownRooms = withRoom(member.ownRooms, member.id, room);
    const members = this.#members.get(room);
    if (members instanceof Set) members.add(member);
    else this.#members.set(room, members ? new Set([members, member]) : member);
    if (!members) this.#watch?.("create-room", room);
    this.#watch?.("join-room", room, member.id);
  }

  leave(member: M, room: string): void {
    if (!isInRoom(member.ownRooms, member.id, room)) return;
    member.ownRooms = withoutRoom(member.ownRooms, member.id, room);
    const members = this.#all(room);
    members.delete(member);
    this.#watch?.("leave-room", room, member.id);
    // Who watches may have brought somebody in.
    if (members.size !== 0 || this.#members.get(room) !== members) return;
    this.#members.delete(room);
    this.#watch?.("delete-room", room);
  }

  /** As a set, which the room stays. */
  #all(room: string): Set<M> {
    const members = this.#members.get(room);
    if (members instanceof Set) return members;
    const all = new Set<M>(members && [members]);
    this.#members.set(room, all);
    return all;
  }

  leaveAll(member: M): void {
    for (const room of roomList(member.ownRooms, member.id)) this.leave(member, room);
  }
}
