// Rooms as an application writes them that has none: a set of clients for each.

import { RoomNames } from "./room-names.ts";

export class Rooms<Client> {
  readonly #names = new RoomNames();
  readonly #rooms = new Map<string, Set<Client>>();
  readonly #roomOf = new Map<Client, string>();

  enter(client: Client): void {
    this.#join(client, this.#names.next());
  }

  /** Everybody, room by room. */
  each(use: (client: Client) => void): void {
    for (const room of this.#rooms.values()) for (const client of room) use(client);
  }

  /** Everybody leaves for the room behind. */
  move(): void {
    for (const [client, name] of this.#roomOf) {
      const room = this.#rooms.get(name);
      room?.delete(client);
      if (room?.size === 0) this.#rooms.delete(name);
      this.#join(client, this.#names.behind(name));
    }
  }

  #join(client: Client, name: string): void {
    const room = this.#rooms.get(name) ?? new Set();
    room.add(client);
    this.#rooms.set(name, room);
    this.#roomOf.set(client, name);
  }
}
