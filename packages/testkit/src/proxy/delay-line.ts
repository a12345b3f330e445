// A first-in-first-out line of deliveries, each made `latencyMs` after it was pushed, or right behind the one before
// it when the latency has shrunk meanwhile. It holds no more than about `maxQueuedBytes`: `full` tells the source to pause, `onRoom` to go on. A delivery
// that returns false (its sink is behind) stops the line until `resume()`.

const MAX_QUEUED_BYTES = 1024 * 1024;

interface Delivery {
  readonly dueAtMs: number;
  readonly bytes: number;
  readonly deliver: () => boolean;
}

export class DelayLine {
  /** Called whenever the line moved and has room; a paused source may go on. */
  onRoom: () => void = () => {};

  readonly #latencyMs: () => number;
  readonly #maxQueuedBytes: number;
  #queue: Delivery[] = [];
  #queuedBytes = 0;
  #state: "running" | "held" | "stopped" = "running";
  #timer: NodeJS.Timeout | undefined;

  constructor(latencyMs: () => number, maxQueuedBytes: number = MAX_QUEUED_BYTES) {
    this.#latencyMs = latencyMs;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  get full(): boolean {
    return this.#queuedBytes >= this.#maxQueuedBytes || (this.#state === "held" && this.#queuedBytes > 0);
  }

  push(bytes: number, deliver: () => boolean): void {
    if (this.#state === "stopped") return;
    this.#queue.push({ dueAtMs: performance.now() + this.#latencyMs(), bytes, deliver });
    this.#queuedBytes += bytes;
    if (this.#queue.length === 1) this.#run();
  }

  /** The sink that held the line has room again. */
  resume(): void {
    if (this.#state !== "held") return;
    this.#state = "running";
    this.#run();
  }

  /** Forgets everything that was not delivered; nothing is delivered any more. */
  stop(): void {
    this.#state = "stopped";
    this.#queue = [];
    this.#queuedBytes = 0;
    clearTimeout(this.#timer);
  }

  #run(): void {
    clearTimeout(this.#timer);
    let next = this.#queue[0];
    while (next !== undefined && this.#state === "running") {
      const waitMs = next.dueAtMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#run(), Math.ceil(waitMs));
        break;
      }
      const hasRoom = next.deliver();
      // The delivery may have stopped the line, or (through its sink) pushed more behind itself.
      if (this.#queue[0] === next) {
        this.#queue.shift();
        this.#queuedBytes -= next.bytes;
      }
      if (!hasRoom && this.#state === "running") this.#state = "held";
      next = this.#queue[0];
    }
    if (this.#state !== "stopped" && !this.full) this.onRoom();
  }
}
