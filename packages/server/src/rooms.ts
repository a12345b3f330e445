// Which sockets are in which room, both ways. A room exists while somebody is in it.

/** What can be in rooms. */
export interface Member {
  readonly id: string;
  readonly rooms: Set<string>;
}

/** What happens to rooms, by the names under which applications hear of it. */
export type RoomEvent = "create-room" | "delete-room" | "join-room" | "leave-room";

/** Must not throw. */
export type RoomWatcher = (event: RoomEvent, room: string, id?: string) => void;

export class Rooms<M extends Member> {
  readonly #members = new Map<string, Set<M>>();
  readonly #watch: RoomWatcher | undefined;

  constructor(watch?: RoomWatcher) {
    this.#watch = watch;
  }

  get size(): number {
    return this.#members.size;
  }

  of(room: string): ReadonlySet<M> | undefined {
    return this.#members.get(room);
  }

  join(member: M, room: string): void {
    if (member.rooms.has(room)) return;
    member.rooms.add(room);
    const members = this.#members.get(room);
    if (members) members.add(member);
    else {
      this.#members.set(room, new Set([member]));
      this.#watch?.("create-room", room);
    }
    this.#watch?.("join-room", room, member.id);
  }

  leave(member: M, room: string): void {
    if (!member.rooms.delete(room)) return;
    const members = this.#members.get(room);
    members?.delete(member);
    this.#watch?.("leave-room", room, member.id);
    // Who watches may have brought somebody in.
    if (members?.size !== 0 || this.#members.get(room) !== members) return;
    this.#members.delete(room);
    this.#watch?.("delete-room", room);
  }

  leaveAll(member: M): void {
    for (const room of [...member.rooms]) this.leave(member, room);
  }
}
