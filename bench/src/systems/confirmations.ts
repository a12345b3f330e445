// When a client of Wireway confirms: after 256 messages, 64 KiB, or `confirmDelayMs`. One timer serves the clients of a
// process; each has its own time all the same.
// Source: docs/protocol.md, Ledger (Owing).

const every = { messages: 256, bytes: 65_536, ms: 1_000 } as const;

const looksEveryMs = 50;

/** Those that owe, in the order of their time. */
const waiting: Confirmations[] = [];
let looking: NodeJS.Timeout | undefined;

export class Confirmations {
  received = 0;
  readonly #confirm: () => void;
  #messages = 0;
  #bytes = 0;
  #dueAt = Number.POSITIVE_INFINITY;
  #isWaiting = false;

  /** `confirm` is called when the time has come that nothing else told the count. */
  constructor(confirm: () => void) {
    this.#confirm = confirm;
  }

  take(bytes: number): void {
    this.received++;
    this.#messages++;
    this.#bytes += bytes;
    if (this.#messages > 1) return;
    this.#dueAt = performance.now() + every.ms;
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    waiting.push(this);
    looking ??= setInterval(look, looksEveryMs);
  }

  /** Whether so much came that it is said at once. */
  get isDue(): boolean {
    return this.#messages >= every.messages || this.#bytes >= every.bytes;
  }

  /** The count went out. */
  told(): void {
    this.#messages = 0;
    this.#bytes = 0;
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** @returns whether it still owes, and its time has not come. */
  look(now: number): boolean {
    if (this.#dueAt <= now) this.#confirm();
    this.#isWaiting = this.#dueAt !== Number.POSITIVE_INFINITY;
    return this.#isWaiting;
  }
}

function look(): void {
  const now = performance.now();
  let kept = 0;
  for (const one of waiting) if (one.look(now)) waiting[kept++] = one;
  waiting.length = kept;
  if (kept > 0) return;
  clearInterval(looking);
  looking = undefined;
}
