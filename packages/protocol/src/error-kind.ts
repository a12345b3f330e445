// What errors are made of, whichever table lists them.

/** Who has to change something: this program, the peer's, or neither (the road between them). */
export type Fault = "local" | "remote" | "network";

export interface ErrorKind {
  readonly fault: Fault;
  readonly sentence: (details: ErrorDetails) => string;
  /** The HTTP status that a server answers a request with. */
  readonly status?: number;
}

/** What a sentence may name. */
export interface ErrorDetails {
  /** How much there was. */
  readonly size?: number;
  /** How much there may be: bytes, milliseconds or a count, as the sentence tells. */
  readonly limit?: number;
  /** Of an option, an event or a namespace. */
  readonly name?: string;
  /** More words. */
  readonly why?: string;
  /** A word of the application's for programs, as its refusal gave it. */
  readonly reason?: string;
  /** An application's own data, as a refusal carries it; what is wrong with arguments; answers that did come. */
  readonly data?: unknown;
  /** When it is worth another try, in milliseconds. */
  readonly retryAfterMs?: number;
}
