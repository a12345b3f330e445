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
    const cost = bytes + waitingOverheadBytes;
    this.#waiting.push({ envelope, bytes: cost });
    this.#bytes += cost;
    if (this.#state === "idle") this.#run();
    else if (this.#bytes > this.#maxWaitingBytes) {
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
    this.#bytes = 0;
  }

  #run(): void {
    this.#state = "busy";
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.#bytes -= next.bytes;
      const pending = this.#take(next.envelope);
      if (pending) {
        void pending.then(() => this.#run());
        return;
      }
    }
    this.#state = "idle";
    this.#idle();
  }
}
