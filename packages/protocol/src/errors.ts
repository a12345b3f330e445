// Every error that a client can meet: its code, what is at fault, and its sentence; what only a server raises is listed in
// request-errors. Users match on `code`, never on words. Sentences name the value and the limit, and never hold a payload or
// a token.
// Not here: why a session or a connection ended (close-codes).

import type { ErrorDetails, ErrorKind, Fault } from "./error-kind.ts";
import type { RequestErrorCode } from "./request-errors.ts";

export const errors = {
  // What an application did.
  invalid_option: { fault: "local", sentence: ({ name, why }) => `option ${name} ${why}` },
  invalid_event: { fault: "local", sentence: ({ why }) => `event name ${why ?? "must be a string"}` },
  reserved_event: { fault: "local", sentence: ({ name }) => `event name ${name} is reserved` },
  invalid_namespace: { fault: "local", sentence: ({ why }) => `namespace ${why}` },
  not_serializable: { fault: "local", sentence: ({ why }) => `arguments cannot be sent: ${why}` },
  message_too_large: {
    fault: "local",
    status: 413,
    sentence: ({ size, limit }) => `message is ${size} bytes, the limit is ${limit}`,
  },
  outbox_full: {
    fault: "local",
    sentence: ({ size, limit }) => `outbox would hold ${size} unconfirmed bytes, the limit is ${limit}`,
  },
  closed: { fault: "local", sentence: () => "socket is closed" },
  // What came of an emit or a connect.
  disconnected: { fault: "network", sentence: () => "socket was disconnected before the acknowledgement came" },
  timed_out: { fault: "network", sentence: ({ limit }) => `no acknowledgement within ${limit} ms` },
  aborted: { fault: "local", sentence: () => "the signal was aborted before the acknowledgement came" },
  dropped: { fault: "network", sentence: () => "volatile event was not sent: the peer is behind" },
  not_acknowledged: {
    fault: "network",
    sentence: ({ size, limit }) => `no acknowledgement of ${size} receivers within ${limit} ms`,
  },
  handler_failed: { fault: "remote", sentence: ({ name }) => `the other side's handler of ${name} failed` },
  rejected: { fault: "remote", sentence: ({ name, why }) => `event ${name} was refused: ${why ?? "no reason given"}` },
  invalid_arguments: {
    fault: "local",
    sentence: ({ name, why }) => `arguments of event ${name} are not what the contract says: ${why ?? "see the data"}`,
  },
  unknown_event: { fault: "local", sentence: ({ name }) => `event ${name} is not in the contract` },
  rate_limited: { fault: "local", sentence: ({ why }) => `too much was sent: ${why ?? "a rate limit is near"}` },
  authentication_expired: { fault: "local", sentence: () => "what was authenticated with has expired" },
  too_many_waiting: {
    fault: "local",
    sentence: ({ name, limit }) => `more than ${limit} events ${name} wait for their iterator`,
  },
  refused: {
    fault: "remote",
    status: 403,
    sentence: ({ why }) => `connection was refused: ${why ?? "no reason given"}`,
  },
  codec_mismatch: { fault: "local", sentence: () => "both ends need the same codec; see the option codec" },
  unknown_namespace: { fault: "local", sentence: ({ name }) => `namespace ${name} does not exist` },
  unreachable: {
    fault: "network",
    sentence: ({ why }) => `server was not reached: ${why ?? "no transport got through"}`,
  },
  intercepted: {
    fault: "network",
    sentence: ({ why }) => `something else answers in the server's place: ${why ?? "no answer of ours"}`,
  },
  // What a peer sent.
  malformed_packet: { fault: "remote", status: 400, sentence: () => "not a packet" },
  too_many_packets: {
    fault: "remote",
    status: 400,
    sentence: ({ limit }) => `more than ${limit} packets in a payload`,
  },
  malformed_open: { fault: "remote", status: 400, sentence: ({ why }) => `not an open packet: ${why}` },
  malformed_envelope: { fault: "remote", sentence: ({ why }) => `not an envelope: ${why}` },
} as const satisfies Record<string, ErrorKind>;

/** Codes that need no more than their name to make an error of. */
type OwnCode = keyof typeof errors;
export type ErrorCode = OwnCode | RequestErrorCode;

/** The one error class. `details` holds the numbers and names that the sentence tells. */
export class WirewayError extends Error {
  override readonly name: string = "WirewayError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly #kind: ErrorKind;

  constructor(code: OwnCode, details?: ErrorDetails);
  /** @param kind the code's row in the table that lists it. */
  constructor(code: ErrorCode, details: ErrorDetails, kind: ErrorKind);
  constructor(code: ErrorCode, details: ErrorDetails = {}, kind: ErrorKind = errors[code as OwnCode]) {
    super(kind.sentence(details));
    this.code = code;
    this.details = details;
    this.#kind = kind;
  }

  get fault(): Fault {
    return this.#kind.fault;
  }

  /** The HTTP status that answers a request with this error; 500 where the table names none. */
  get status(): number {
    return this.#kind.status ?? 500;
  }
}
