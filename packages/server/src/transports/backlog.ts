// What waits to leave over one connection. Messages are bounded by the outbox, but what answers the peer (pongs, counts) is
// bounded only by what the peer sends; one that keeps sending and never reads must not fill the memory with answers.

/** What a write costs beside its bytes while it waits. */
const writeOverheadBytes = 256;

export class Backlog {
  readonly #maxBytes: number;
  #writes = 0;

  /** @param maxUnconfirmedBytes what an outbox may hold; encoded it is larger, by a third in base64. */
  constructor(maxUnconfirmedBytes: number) {
    this.#maxBytes = 2 * maxUnconfirmedBytes + 1_048_576;
  }

  /** A write begins. @returns whether it is one too many, given the bytes that wait. */
  grow(waitingBytes: number): boolean {
    this.#writes++;
    return waitingBytes + this.#writes * writeOverheadBytes > this.#maxBytes;
  }

  /** A write has left. */
  readonly shrink = (): void => {
    this.#writes--;
  };
}
