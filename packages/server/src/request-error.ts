// The error of a request that this server does not serve; it is answered with its row's status.

import { type ErrorDetails, type RequestErrorCode, WirewayError } from "@wireway/protocol";

export class RequestError extends WirewayError {
  /** How long the client had better stay away, beside what its code asks of everybody. */
  readonly retryAfterMs: number;

  constructor(code: RequestErrorCode, details: ErrorDetails = {}, retryAfterMs = 0) {
    super(code, details);
    this.retryAfterMs = retryAfterMs;
  }
}
