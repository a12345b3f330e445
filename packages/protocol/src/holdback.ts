// What waits outside of the counted log while the peer is behind: of each key the newest message, and, where that is wanted,
// the newest volatile ones. A message that was numbered can never change any more, so what may still be replaced or dropped
// has to wait before that. One for each session; it goes out when the peer has caught up.

import { type Message, messageOverheadBytes } from "./packet.ts";

interface Held {
  readonly namespace: string;
  readonly message: Message;
}

export class Holdback {
  readonly #maxVolatileBytes: number;
  readonly #dropped: (namespace: string, message: Message) => void;
  /** By namespace and key; a volatile one's key is nobody else's. In the order in which they came. */
  readonly #held = new Map<string | symbol, Held>();
  #bytes = 0;
  #volatileBytes = 0;

  /** @param dropped told of each message that gave way, and will never be sent. */
  constructor(maxVolatileBytes: number, dropped: (namespace: string, message: Message) => void = () => undefined) {
    this.#maxVolatileBytes = maxVolatileBytes;
    this.#dropped = dropped;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Waits in place of the one that waited under this key. */
  replace(namespace: string, key: string, message: Message): void {
    this.drop(namespace, key);
    this.#add(`${namespace},${key}`, { namespace, message });
  }

  /** Waits; when too many of these do, the oldest are dropped. */
  add(namespace: string, message: Message): void {
    this.#add(Symbol(), { namespace, message });
    for (const key of this.#held.keys()) {
      if (this.#volatileBytes <= this.#maxVolatileBytes) return;
      if (typeof key === "symbol") this.#drop(key);
    }
  }

  holds(namespace: string): boolean {
    for (const held of this.#held.values()) if (held.namespace === namespace) return true;
    return false;
  }

  /** Nothing waits in this namespace any more. @returns what did. */
  forget(namespace: string): Message[] {
    const forgotten: Message[] = [];
    for (const [key, held] of this.#held) {
      if (held.namespace !== namespace) continue;
      this.#remove(key);
      forgotten.push(held.message);
    }
    return forgotten;
  }

  /** What waited under this key is overtaken. */
  drop(namespace: string, key: string): void {
    this.#drop(`${namespace},${key}`);
  }

  /** Hands out the oldest first, as long as there is room. */
  release(hasRoom: () => boolean, send: (message: Message) => void): void {
    for (const [key, { message }] of this.#held) {
      if (!hasRoom()) return;
      this.#remove(key);
      send(message);
    }
  }

  #drop(key: string | symbol): void {
    const held = this.#held.get(key);
    this.#remove(key);
    if (held) this.#dropped(held.namespace, held.message);
  }

  #add(key: string | symbol, held: Held): void {
    // Whoever was told of what gave way may have put another one there.
    this.#remove(key);
    this.#held.set(key, held);
    this.#count(key, sizeOf(held));
  }

  #remove(key: string | symbol): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.#held.delete(key);
    this.#count(key, -sizeOf(held));
  }

  #count(key: string | symbol, bytes: number): void {
    this.#bytes += bytes;
    if (typeof key === "symbol") this.#volatileBytes += bytes;
  }
}

function sizeOf({ message }: Held): number {
  return message.bytes + messageOverheadBytes;
}
