// The error of a request that this server does not serve; it is answered with its row's status.

import { type ErrorDetails, type RequestErrorCode, requestErrors, WirewayError } from "@wireway/protocol";

export class RequestError extends WirewayError {
  constructor(code: RequestErrorCode, details: ErrorDetails = {}) {
    super(code, details, requestErrors[code]);
  }
}
