// Names of rooms, given out so that each room gets as many clients as it is for.

import { roomSize } from "../task.ts";

export class RoomNames {
  readonly #names: string[] = [];
  #given = 0;

  /** The room of the next client. */
  next(): string {
    const index = Math.floor(this.#given++ / roomSize);
    this.#names[index] ??= `room ${index}`;
    return this.#names[index];
  }

  all(): readonly string[] {
    return this.#names;
  }

  /** The room behind it; the first behind the last. */
  behind(name: string): string {
    const index = Number(name.slice("room ".length)) + 1;
    return this.#names[index % this.#names.length] ?? name;
  }
}
