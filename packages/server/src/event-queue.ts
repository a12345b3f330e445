// Events that wait for their turn, in order: until the application's connection handlers are through, and while what looks
// at the one before takes its time. Bounded in bytes.

import { type EventEnvelope, WirewayError } from "@wireway/protocol";

/** What a waiting event costs beside its bytes. */
const waitingOverheadBytes = 64;

interface Waiting {
  readonly envelope: EventEnvelope;
  readonly bytes: number;
}

/** Whose queue it is. */
export interface EventQueueKeeper {
  readonly maxWaitingBytes: number;
  /** @returns what to wait for before the next one. Must not throw or reject. */
  take(envelope: EventEnvelope): Promise<unknown> | undefined;
  /** Called whenever nothing waits any more. */
  idle(): void;
}

const nothing: Waiting[] = [];

export class EventQueue {
  readonly #keeper: EventQueueKeeper;
  #state: "held" | "idle" | "busy" = "held";
  #waiting = nothing;
  /** What lies before it was taken. An array gives away its first by moving all others, which takes long when they are many. */
  #head = 0;
  #bytes = 0;

  constructor(keeper: EventQueueKeeper) {
    this.#keeper = keeper;
  }

  get isIdle(): boolean {
    return this.#state === "idle";
  }

  /** @throws {WirewayError} when too much waits. */
  push(envelope: EventEnvelope, bytes: number): void {
    if (this.#state === "idle") {
      this.#state = "busy";
      this.#goOn(this.#keeper.take(envelope));
      return;
    }
    const cost = bytes + waitingOverheadBytes;
    const { maxWaitingBytes } = this.#keeper;
    if (this.#waiting === nothing) this.#waiting = [];
    this.#waiting.push({ envelope, bytes: cost });
    this.#bytes += cost;
    if (this.#bytes > maxWaitingBytes) {
      const why = `events of more than ${maxWaitingBytes} bytes wait for the application`;
      throw new WirewayError("malformed_envelope", { why });
    }
  }

  /** From now on they need not wait for anything but each other. */
  open(): void {
    if (this.#state === "held") this.#run();
  }

  /** What waits is nobody's any more. */
  clear(): void {
    this.#waiting = nothing;
    this.#head = 0;
    this.#bytes = 0;
  }

  /** One was taken; the next may have to wait for it. */
  #goOn(pending: Promise<unknown> | undefined): void {
    if (pending) void pending.then(() => this.#run());
    // What it led to may have brought others.
    else if (this.#waiting.length > 0) this.#run();
    else this.#rest();
  }

  #run(): void {
    this.#state = "busy";
    for (let next = this.#next(); next; next = this.#next()) {
      this.#bytes -= next.bytes;
      const pending = this.#keeper.take(next.envelope);
      if (pending) {
        void pending.then(() => this.#run());
        return;
      }
    }
    this.#rest();
  }

  #rest(): void {
    this.#state = "idle";
    this.#keeper.idle();
  }

  #next(): Waiting | undefined {
    const next = this.#waiting[this.#head++];
    if (!next || (this.#head >= 64 && this.#head * 2 >= this.#waiting.length)) {
      // What was taken must not stay reachable; moving the rest costs at most as much as taking it did.
      this.#waiting = next ? this.#waiting.slice(this.#head) : nothing;
      this.#head = 0;
    }
    return next;
  }
}
