// Who is in a namespace, who asks to be let in, and the rooms among them. Tells when the last one has gone.
// Not here: who is let in (admission), what is said to whom (broadcast).

import type { Dialect } from "./dialect.ts";
import { Rooms, type RoomWatcher } from "./rooms.ts";
import type { Socket } from "./socket.ts";

export class Members {
  /** Name of the namespace. */
  readonly name: string;
  /** What is spoken among them. */
  dialect: Dialect;
  /** Whether somebody ever wanted to hear what goes out to one of them: asked for each receiver. */
  isOverheard = false;
  readonly rooms: Rooms<Socket>;
  readonly #in = new Map<string, Socket>();
  readonly #asking = new Set<Socket>();
  readonly #emptied: () => void;

  constructor(dialect: Dialect, watch: RoomWatcher, emptied: () => void) {
    this.name = dialect.namespace;
    this.dialect = dialect;
    this.rooms = new Rooms(watch);
    this.#emptied = emptied;
  }

  /** Those who are in, by id. */
  get sockets(): ReadonlyMap<string, Socket> {
    return this.#in;
  }

  /** Whether nobody is in, and nobody asks. */
  get isEmpty(): boolean {
    return this.#in.size + this.#asking.size === 0;
  }

  /** It asks to be let in. */
  ask(socket: Socket): void {
    this.#asking.add(socket);
  }

  /** It was let in. */
  enter(socket: Socket): void {
    this.#in.set(socket.id, socket);
    this.#asking.delete(socket);
    this.rooms.join(socket, socket.id);
  }

  /** It is over, or was not let in. */
  leave(socket: Socket): void {
    const wasHere = this.#asking.delete(socket) || this.#in.delete(socket.id);
    this.rooms.leaveAll(socket);
    if (wasHere && this.isEmpty) this.#emptied();
  }
}
