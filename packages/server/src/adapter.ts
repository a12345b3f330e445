// How servers reach each other: something that is published by one is received by all others. Nothing else is asked of it, so
// that one for Redis, NATS or Postgres is short. What servers say to each other, who is there, and what is waited for, is the
// cluster's.

/**
 * Carries bytes between servers. One belongs to one server. What several servers publish may arrive in any order; what one
 * publishes arrives at each other server in the order in which it was published, at most once, and never at itself. It may
 * get lost. Connecting again after a loss is the adapter's own affair.
 */
export interface Adapter {
  /**
   * Called once, before anything is published. When it resolves, what others publish from then on will be received. When it
   * rejects, the error is reported and the server stays alone.
   */
  open(receive: (data: Uint8Array) => void): Promise<void> | void;
  /** Takes the bytes, which are not changed after. An error that it throws or rejects with is reported. */
  publish(data: Uint8Array): Promise<void> | void;
  /** Called once, last. Nothing is received after. */
  close(): Promise<void> | void;
}
