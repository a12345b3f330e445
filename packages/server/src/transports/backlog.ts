// What waits to leave over one connection. While it is much, nothing more is handed over: it waits in the session's outbox,
// and would cost twice. Messages are bounded by the outbox, but what answers the peer (pongs, counts) is
// bounded only by what the peer sends; one that keeps sending and never reads must not fill the memory with answers.

/** What a write costs beside its bytes while it waits. */
const writeOverheadBytes = 256;

/** With more than this a connection is full, until no more than half of it waits. */
const fullBytes = 65_536;

/** The connection. */
export interface BacklogOwner {
  /** It was found full, and is not any more. */
  relieved(): void;
}

export class Backlog {
  readonly #maxBytes: number;
  readonly #owner: BacklogOwner;
  #writes = 0;
  #isFull = false;

  /**
   * @param maxUnconfirmedBytes what an outbox may hold; encoded it is larger, by a third in base64.
   */
  constructor(maxUnconfirmedBytes: number, owner: BacklogOwner) {
    this.#maxBytes = 2 * maxUnconfirmedBytes + 1_048_576;
    this.#owner = owner;
  }

  /** A write begins. @returns whether it is one too many, given the bytes that wait. */
  grow(waitingBytes: number): boolean {
    this.#writes++;
    return waitingBytes + this.#writes * writeOverheadBytes > this.#maxBytes;
  }

  /** A write has left. */
  shrink(waitingBytes: number): void {
    this.#writes--;
    if (!this.#isFull || waitingBytes > fullBytes / 2) return;
    this.#isFull = false;
    this.#owner.relieved();
  }

  /** Whether nothing should be handed over until it is relieved, given the bytes that wait. */
  isFull(waitingBytes: number): boolean {
    this.#isFull ||= waitingBytes > fullBytes;
    return this.#isFull;
  }
}
