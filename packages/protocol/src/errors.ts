// The one error class. Its codes are rows of error-table and request-errors; what a row says comes by way of tables.

import { faultOf, sentenceOf, statusOf } from "#tables";
import type { ErrorDetails, Fault } from "./error-kind.ts";
import type { errors } from "./error-table.ts";
import type { RequestErrorCode } from "./request-errors.ts";

/** Every code of an error. */
export type ErrorCode = keyof typeof errors | RequestErrorCode;

/** The one error class. `details` holds the numbers and names that the sentence tells. */
export class WirewayError extends Error {
  /** For printing. */
  override readonly name: string = "WirewayError";
  /** What to match on. */
  readonly code: ErrorCode;
  /** The numbers and names that the sentence tells. */
  readonly details: ErrorDetails;

  /** @internal @param sentence where the table's would not be right. */
  constructor(code: ErrorCode, details: ErrorDetails = {}, sentence: string = sentenceOf(code, details)) {
    super(sentence);
    this.code = code;
    this.details = details;
  }

  /** Who has to change something. */
  get fault(): Fault {
    return faultOf(this.code);
  }

  /** The HTTP status that answers a request with this error; 500 where the table names none, and in browsers. */
  get status(): number {
    return statusOf(this.code);
  }
}
