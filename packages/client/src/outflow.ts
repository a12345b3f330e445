// What the sockets of one session say together: as messages of its codec, within its limits, and with regard to a server that
// is behind. What may still be replaced waits here, outside of the counted log, until the server has caught up.
// Not here: who says it (membership), how it travels (driver).

import {
  type ClientSession,
  type Clock,
  createMessage,
  type Driver,
  type Envelope,
  Holdback,
  isBehind,
  type Message,
  messageOverheadBytes,
  type Outbox,
  WirewayError,
} from "@wireway/protocol";
import type { ResolvedOptions } from "./options.ts";

export class Outflow {
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly #driver: Driver<ClientSession>;
  readonly #options: ResolvedOptions;
  /** What waits until the server has caught up. */
  readonly holdback: Holdback;
  /** Of those who do not know yet with what they join. */
  #reservedBytes = 0;

  /** @param dropped told of each message that gave way to a newer one of its key. */
  constructor(
    driver: Driver<ClientSession>,
    clock: Clock,
    options: ResolvedOptions,
    dropped: (namespace: string, message: Message) => void,
  ) {
    this.clock = clock;
    this.outbox = driver.session.ledger.outbox;
    this.#driver = driver;
    this.#options = options;
    this.holdback = new Holdback(options.volatileBytes, dropped);
  }

  /** What waits to be confirmed, or to leave at all. */
  get bytes(): number {
    return this.outbox.bytes + this.#reservedBytes + this.holdback.bytes;
  }

  get isFull(): boolean {
    const isFull = this.bytes > this.#options.highWaterBytes;
    this.#driver.isWatched ||= isFull;
    return isFull;
  }

  /** @throws {WirewayError} `not_serializable`, `message_too_large` */
  encode(envelope: Envelope): Message {
    const message = createMessage(this.#options.codec.encode(envelope));
    const limit = this.#driver.session.terms.maxMessageBytes;
    if (message.bytes > limit) throw new WirewayError("message_too_large", { size: message.bytes, limit });
    return message;
  }

  decode({ data }: Message): Envelope {
    return this.#options.codec.decode(data);
  }

  /** @throws {WirewayError} `outbox_full`, `closed` */
  send(message: Message): void {
    this.#check(message);
    if (!this.trySend(message)) throw new WirewayError("closed");
  }

  trySend(message: Message): boolean {
    return this.#driver.send(message);
  }

  /** It will be sent later. @throws {WirewayError} `outbox_full` */
  reserve(message: Message): void {
    this.#check(message);
    this.#reservedBytes += sizeOf(message);
  }

  release(messages: readonly Message[]): void {
    for (const message of messages) this.#reservedBytes -= sizeOf(message);
  }

  /** Whether what is worth nothing later may go now. */
  get hasRoom(): boolean {
    return !isBehind(this.#driver.session, this.#options.volatileBytes);
  }

  /** Lets the message wait in place of the one before, if the server is behind. @returns whether it waits. */
  coalesce(namespace: string, key: string, message: Message): boolean {
    this.holdback.drop(namespace, key);
    if (this.hasRoom) return false;
    this.#check(message);
    this.holdback.replace(namespace, key, message);
    this.#driver.isWatched = true;
    return true;
  }

  /** Whoever answers a message has received it, and all before. */
  answered(number: number): void {
    this.#driver.session.ledger.confirm(number, this.clock.now());
  }

  /** What is unconfirmed behind message `number`. */
  since(number: number): Message[] {
    return this.outbox.list().slice(Math.max(0, number - this.outbox.acked));
  }

  /** Something may have been confirmed, or have left. */
  progressed(): void {
    this.holdback.release(
      () => this.hasRoom,
      (message) => this.trySend(message),
    );
    this.#driver.isWatched = this.bytes > 0;
  }

  #check(message: Message): void {
    const { maxUnconfirmedBytes: limit } = this.#options;
    const size = this.bytes + sizeOf(message);
    if (size > limit) throw new WirewayError("outbox_full", { size, limit });
  }
}

function sizeOf({ bytes }: Message): number {
  return bytes + messageOverheadBytes;
}
