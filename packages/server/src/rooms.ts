// Which sockets are in which room, both ways. A room exists while somebody is in it.

/** What can be in rooms. */
export interface Member {
  readonly rooms: Set<string>;
}

export class Rooms<M extends Member> {
  readonly #members = new Map<string, Set<M>>();

  get size(): number {
    return this.#members.size;
  }

  of(room: string): ReadonlySet<M> | undefined {
    return this.#members.get(room);
  }

  join(member: M, room: string): void {
    const members = this.#members.get(room);
    if (members) members.add(member);
    else this.#members.set(room, new Set([member]));
    member.rooms.add(room);
  }

  leave(member: M, room: string): void {
    if (!member.rooms.delete(room)) return;
    const members = this.#members.get(room);
    members?.delete(member);
    if (members?.size === 0) this.#members.delete(room);
  }

  leaveAll(member: M): void {
    for (const room of [...member.rooms]) this.leave(member, room);
  }
}
