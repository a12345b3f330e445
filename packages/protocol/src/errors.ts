// Every error that Wireway raises: its code, what is at fault, and its sentence. Users match on `code`, never on words.
// Sentences name the value and the limit, and never hold a payload or a token.
// Not here: why a session or a connection ended (close-codes).

/** Who has to change something: this program, the peer's, or neither (the road between them). */
export type Fault = "local" | "remote" | "network";

interface ErrorKind {
  readonly fault: Fault;
  readonly sentence: (details: ErrorDetails) => string;
  /** The HTTP status that a server answers a request with. */
  readonly status?: number;
}

/** What a sentence may name. */
export interface ErrorDetails {
  readonly size?: number;
  readonly limit?: number;
  readonly name?: string;
  readonly why?: string;
  /** An application's own data, as a connection refusal carries it. */
  readonly data?: unknown;
}

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
  refused: { fault: "remote", status: 403, sentence: ({ why }) => `connection was refused: ${why ?? "no reason given"}` },
  unknown_namespace: { fault: "local", sentence: ({ name }) => `namespace ${name} does not exist` },
  unreachable: { fault: "network", sentence: ({ why }) => `server was not reached: ${why ?? "no transport got through"}` },
  handler_failed: { fault: "remote", sentence: ({ why }) => `handler failed: ${why}` },
  // What a peer sent.
  malformed_packet: { fault: "remote", status: 400, sentence: () => "not a packet" },
  too_many_packets: { fault: "remote", status: 400, sentence: ({ limit }) => `more than ${limit} packets in a payload` },
  malformed_open: { fault: "remote", status: 400, sentence: ({ why }) => `not an open packet: ${why}` },
  malformed_envelope: { fault: "remote", sentence: ({ why }) => `not an envelope: ${why}` },
  malformed_body: { fault: "remote", status: 400, sentence: ({ why }) => `body is malformed: ${why}` },
  // What a request asked for.
  unsupported_version: { fault: "remote", status: 400, sentence: ({ limit }) => `query v must be ${limit}` },
  unknown_transport: { fault: "remote", status: 400, sentence: () => "query transport names no transport of this server" },
  method_not_allowed: { fault: "remote", status: 405, sentence: () => "method is not allowed here" },
  unsupported_media_type: { fault: "remote", status: 415, sentence: () => "content type must be text/plain" },
  origin_not_allowed: { fault: "remote", status: 403, sentence: () => "origin is not allowed; see the option origins" },
  body_too_large: { fault: "remote", status: 413, sentence: ({ limit }) => `body is larger than ${limit} bytes` },
  body_timeout: { fault: "network", status: 408, sentence: ({ limit }) => `body did not arrive within ${limit} ms` },
  unknown_ticket: { fault: "remote", status: 404, sentence: () => "ticket is unknown, used or expired" },
  not_upgradable: { fault: "remote", status: 426, sentence: () => "transport websocket needs an upgrade request" },
  too_many_sessions: { fault: "local", status: 503, sentence: ({ limit }) => `server holds its limit of ${limit} sessions` },
  server_closed: { fault: "local", status: 503, sentence: () => "server is closing" },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errors;

/** The one error class. `details` holds the numbers and names that the sentence tells. */
export class WirewayError extends Error {
  override readonly name: string = "WirewayError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(errors[code].sentence(details));
    this.code = code;
    this.details = details;
  }

  get fault(): Fault {
    return errors[this.code].fault;
  }

  /** The HTTP status that answers a request with this error; 500 where the table names none. */
  get status(): number {
    const kind: ErrorKind = errors[this.code];
    return kind.status ?? 500;
  }
}
