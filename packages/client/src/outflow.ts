// What the sockets of one session say together: as messages of its codec, within its limits, and with regard to a server that
// is behind.
// Not here: who says it (membership), how it travels (driver).

import {
  type ClientSession,
  type Clock,
  createMessage,
  type Driver,
  type Envelope,
  isBehind,
  type Message,
  messageOverheadBytes,
  type Outbox,
  type UnconfirmedEvent,
  WirewayError,
} from "@wireway/protocol";
import type { ResolvedOptions } from "./options.ts";

export class Outflow {
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly #driver: Driver<ClientSession>;
  readonly #options: ResolvedOptions;
  /** Of what waits outside of the counted log. */
  #reservedBytes = 0;

  constructor(driver: Driver<ClientSession>, clock: Clock, options: ResolvedOptions) {
    this.clock = clock;
    this.outbox = driver.session.ledger.outbox;
    this.#driver = driver;
    this.#options = options;
  }

  /** What waits to be confirmed, or to leave at all. */
  get bytes(): number {
    return this.outbox.bytes + this.#reservedBytes;
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
    this.#driver.isWatched = true;
  }

  /** It will be sent now, or never. */
  release(message: Message): void {
    this.#reservedBytes -= sizeOf(message);
  }

  /** Whether what is worth nothing later may go now. */
  get hasRoom(): boolean {
    return !isBehind(this.#driver.session, this.#options.volatileBytes);
  }

  /** Whoever answers a message has received it, and all before. */
  answered(number: number): void {
    this.#driver.session.ledger.confirm(number, this.clock.now());
  }

  /** What is unconfirmed behind message `number`. */
  since(number: number): Message[] {
    return this.outbox.list().slice(Math.max(0, number - this.outbox.acked));
  }

  /** Events of this namespace, read back from what was sent: the application may have changed its objects since. */
  events(namespace: string, messages: readonly Message[]): UnconfirmedEvent[] {
    return messages.flatMap(({ data }) => {
      const envelope = this.#options.codec.decode(data);
      if (envelope.type !== "event" || envelope.namespace !== namespace) return [];
      const [event, ...args] = envelope.args;
      return [{ event, args }];
    });
  }

  /** Something may have been confirmed, or have left. */
  progressed(): void {
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
