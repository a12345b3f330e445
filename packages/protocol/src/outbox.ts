// Messages that were sent and that the peer has not yet counted: numbers `acked + 1` to `sent`, in order. Holds
// references only, so that a broadcast's message exists once however many outboxes it waits in.

import { type Message, messageOverheadBytes } from "./packet.ts";

/** Nobody adds to it. */
const none: Message[] = [];

export class Outbox {
  readonly #maxBytes: number;
  #messages = none;
  /** Index of message `acked + 1`; what lies before it is freed in larger portions. */
  #head = 0;
  #bytes = 0;
  #acked = 0;
  /** Room that is taken by what waits to be sent: a message that still has to go through here. */
  reservedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get acked(): number {
    return this.#acked;
  }

  get sent(): number {
    return this.#acked + this.length;
  }

  get length(): number {
    return this.#messages.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Size that the outbox would have with one message more. */
  bytesWith(message: Message): number {
    return this.#bytes + message.bytes + messageOverheadBytes;
  }

  /** Whether one more message would still be within the limit. */
  fits(message: Message): boolean {
    return this.bytesWith(message) + this.reservedBytes <= this.#maxBytes;
  }

  push(message: Message): void {
    if (this.#messages === none) this.#messages = [message];
    else this.#messages.push(message);
    this.#bytes = this.bytesWith(message);
  }

  get(number: number): Message | undefined {
    return this.#messages[this.#head + number - this.#acked - 1];
  }

  /**
   * The peer has counted up to `received`. Counts that lag behind are old news.
   * @returns whether the count is possible: a peer cannot have received what was not sent.
   */
  confirm(received: number): boolean {
    if (received > this.sent) return false;
    for (; this.#acked < received; this.#acked++, this.#head++) {
      this.#bytes -= (this.#messages[this.#head] as Message).bytes + messageOverheadBytes;
    }
    if (this.#head === this.#messages.length) this.#drop();
    else if (this.#head >= 64 && this.#head * 2 >= this.#messages.length) this.#drop();
    return true;
  }

  /** Everything unconfirmed, oldest first. */
  list(): Message[] {
    return this.#messages.slice(this.#head);
  }

  #drop(): void {
    if (this.#head === 0) return;
    // Confirmed messages must not stay reachable; moving the rest costs at most as much as confirming it did.
    this.#messages = this.length === 0 ? none : this.#messages.slice(this.#head);
    this.#head = 0;
  }
}
