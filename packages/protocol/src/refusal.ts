// How an application says no in a way that the other side can understand: thrown by an event handler, a middleware, or
// whatever decides about who somebody is. Another error that is thrown there says nothing to the peer.

/** What a refusal may tell beside its reason. */
export interface RefusalOptions {
  /** For people; the reason when it is left out. */
  readonly message?: string;
  /** Whatever may help the other side, as an event's argument may be. */
  readonly data?: unknown;
  /** For a connection: the client tries again by itself after so many milliseconds. Without it, it does not. */
  readonly retryAfterMs?: number;
}

/**
 * Says no to the other side: thrown by an event handler, a middleware or `authenticate`. The other side gets the reason, the
 * message and the data; of any other error that is thrown there it gets nothing.
 */
export class Refusal extends Error {
  /** For printing. */
  override readonly name: string = "Refusal";
  /** For programs, such as `not_a_member`: `details.reason` of the error that the other side gets. */
  readonly reason: string;
  /** Whatever may help the other side; undefined when nothing was given. */
  readonly data: unknown;
  /** When a refused connection tries again; undefined when it does not. */
  readonly retryAfterMs: number | undefined;

  /** Says no. @param reason for programs, such as `not_a_member`. */
  constructor(reason: string, { message = reason, data, retryAfterMs }: RefusalOptions = {}) {
    super(message);
    this.reason = reason;
    this.data = data;
    this.retryAfterMs = retryAfterMs;
  }
}
