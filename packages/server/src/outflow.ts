// What the sockets of one session say together, with regard to a client that is behind. What may still be replaced or
// dropped waits here, outside of the counted log, until the client has caught up; both together are bounded.
// Not here: what is said (dialect), who says it (outgoing), how it travels (driver).

import {
  type Driver,
  type Few,
  Holdback,
  isBehind,
  type Message,
  messageOverheadBytes,
  type ServerSession,
} from "@wireway/protocol";
import type { WhenBehind } from "./namespace-options.ts";
import type { ResolvedOptions } from "./options.ts";

/** How a message is sent that may wait or be dropped. */
export interface Delivery {
  readonly namespace: string;
  readonly whenBehind: WhenBehind;
  readonly volatile: boolean;
  /** While the client is behind, only the newest message of this key waits. */
  readonly coalesce: string | undefined;
  /** Name of the message's event. */
  event(): string;
}

/** What became of a message. */
export type Outcome = "sent" | "full" | "waits" | "dropped" | "over";

/** A socket, as far as it has to know what became of what it said. */
interface Speaker {
  readonly voice: {
    /** No more than `highWaterBytes` wait any more. */
    caughtUp(): void;
    readonly outgoing: {
      /** It gave way to another, and will never be sent. */
      dropped(message: Message): void;
    };
  };
}

/** By namespace. */
type Speakers = Pick<Few<string, Speaker>, "get" | "values">;

export class Outflow {
  readonly #driver: Driver<ServerSession>;
  readonly #options: ResolvedOptions;
  /** Most clients are never behind. */
  #held: Holdback | undefined;
  readonly #speakers: Speakers;
  #isFull = false;

  /** @param speakers by namespace. */
  constructor(driver: Driver<ServerSession>, options: ResolvedOptions, speakers: Speakers) {
    this.#driver = driver;
    this.#options = options;
    this.#speakers = speakers;
  }

  /** What waits to be confirmed, or to leave at all. */
  get bytes(): number {
    return this.#driver.session.ledger.outbox.bytes + (this.#held?.bytes ?? 0);
  }

  get isFull(): boolean {
    const isFull = this.bytes > this.#options.highWaterBytes;
    this.#isFull ||= isFull;
    if (isFull) this.#watch();
    return isFull;
  }

  /** Ends the session when the client leaves too much unconfirmed. */
  send(message: Message, delivery?: Delivery): Outcome {
    if (this.#holds) this.#release();
    if (delivery && (this.#holds || !this.#hasRoom)) {
      const outcome = this.#hold(message, delivery);
      if (outcome) return outcome;
    }
    if (!this.#driver.send(message)) return "over";
    return this.isFull ? "full" : "sent";
  }

  /** Nobody says anything in this namespace any more. */
  forget(namespace: string): void {
    this.#held?.forget(namespace);
    this.#reserve();
  }

  /** Everything that waits, which is not sent any more. */
  clear(): Message[] {
    const waiting: Message[] = [];
    this.#held?.release(
      () => true,
      (message) => waiting.push(message),
    );
    this.#reserve();
    return waiting;
  }

  /** Something may have been confirmed, or have left. */
  progressed(): void {
    this.#release();
    if (this.#isFull && this.bytes <= this.#options.highWaterBytes) {
      this.#isFull = false;
      for (const { voice } of [...this.#speakers.values()]) voice.caughtUp();
    }
    this.#watch();
  }

  get #holds(): boolean {
    return this.#held !== undefined && this.#held.size > 0;
  }

  #holdback(): Holdback {
    this.#held ??= new Holdback(this.#options.volatileBytes, (namespace, message) => {
      this.#speakers.get(namespace)?.voice.outgoing.dropped(message);
    });
    return this.#held;
  }

  get #hasRoom(): boolean {
    return !isBehind(this.#driver.session, this.#options.volatileBytes);
  }

  /** @returns undefined for what is to be sent at once. */
  #hold(message: Message, delivery: Delivery): Outcome | undefined {
    const { namespace, volatile, whenBehind } = delivery;
    const { outbox } = this.#driver.session.ledger;
    const key = keyOf(delivery);
    const holdback = this.#holdback();
    // Whatever comes of the new one, the old one is overtaken.
    if (key !== undefined) holdback.drop(namespace, key);
    this.#reserve();
    if (this.#hasRoom) return undefined;
    // One that takes more than all of the room would push itself out with the others.
    const hasPlace = message.bytes + messageOverheadBytes <= this.#options.volatileBytes;
    const mayWait = key !== undefined || (whenBehind === "dropOldestVolatile" && hasPlace);
    // What is not worth nothing later is sent where it has no room to wait, which ends the session.
    if (!mayWait || !outbox.fits(message)) return volatile ? "dropped" : undefined;
    if (key !== undefined) holdback.replace(namespace, key, message);
    else holdback.add(namespace, message);
    this.#reserve();
    this.#watch();
    return this.isFull ? "full" : "waits";
  }

  #release(): void {
    this.#held?.release(
      () => this.#hasRoom,
      (message) => {
        this.#reserve();
        this.#driver.send(message);
      },
    );
  }

  /** What waits here takes the outbox's room. */
  #reserve(): void {
    this.#driver.session.ledger.outbox.reservedBytes = this.#held?.bytes ?? 0;
  }

  #watch(): void {
    this.#driver.isWatched = this.#isFull || this.#holds;
  }
}

/** A key of an application's never meets an event's name. */
function keyOf(delivery: Delivery): string | undefined {
  const { coalesce, volatile, whenBehind } = delivery;
  if (coalesce !== undefined) return `key ${coalesce}`;
  return volatile && whenBehind === "coalesce" ? `event ${delivery.event()}` : undefined;
}
