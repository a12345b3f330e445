// Events that wait for their turn, in order: until the application's connection handlers are through, and while what looks
// at the one before takes its time. Bounded in bytes.

import { type EventEnvelope, WirewayError } from "@wireway/protocol";

/** What a waiting event costs beside its bytes. */
const waitingOverheadBytes = 64;

interface Waiting {
  readonly envelope: EventEnvelope;
  readonly bytes: number;
}

export class EventQueue {
  readonly #maxWaitingBytes: number;
  /** @returns what to wait for before the next one. Must not throw or reject. */
  readonly #take: (envelope: EventEnvelope) => Promise<unknown> | undefined;
  /** Called whenever nothing waits any more. */
  readonly #idle: () => void;
  #state: "held" | "idle" | "busy" = "held";
  #waiting: Waiting[] = [];
  /** What lies before it was taken. An array gives away its first by moving all others, which takes long when they are many. */
  #head = 0;
  #bytes = 0;

  constructor(
    maxWaitingBytes: number,
    take: (envelope: EventEnvelope) => Promise<unknown> | undefined,
    idle: () => void,
  ) {
    this.#maxWaitingBytes = maxWaitingBytes;
    this.#take = take;
    this.#idle = idle;
  }

  get isIdle(): boolean {
    return this.#state === "idle";
  }

  /** @throws {WirewayError} when too much waits. */
  push(envelope: EventEnvelope, bytes: number): void {
    if (this.#state === "idle") {
      this.#state = "busy";
      this.#goOn(this.#take(envelope));
      return;
    }
    const cost = bytes + waitingOverheadBytes;
    this.#waiting.push({ envelope, bytes: cost });
    this.#bytes += cost;
    if (this.#bytes > this.#maxWaitingBytes) {
      const why = `events of more than ${this.#maxWaitingBytes} bytes wait for the application`;
      throw new WirewayError("malformed_envelope", { why });
    }
  }

  /** From now on they need not wait for anything but each other. */
  open(): void {
    if (this.#state === "held") this.#run();
  }

  /** What waits is nobody's any more. */
  clear(): void {
    this.#waiting = [];
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
      const pending = this.#take(next.envelope);
      if (pending) {
        void pending.then(() => this.#run());
        return;
      }
    }
    this.#rest();
  }

  #rest(): void {
    this.#state = "idle";
    this.#idle();
  }

  #next(): Waiting | undefined {
    const next = this.#waiting[this.#head++];
    if (!next || (this.#head >= 64 && this.#head * 2 >= this.#waiting.length)) {
      // What was taken must not stay reachable; moving the rest costs at most as much as taking it did.
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return next;
  }
}
