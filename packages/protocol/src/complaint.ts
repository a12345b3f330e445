// What one side says of something that it did not take: an event whose handler failed, arguments that break a contract, a
// limit that is near. It crosses the wire in an error envelope, and is a WirewayError at the side that hears it.

import type { ErrorDetails } from "./error-kind.ts";
import { type ErrorCode, WirewayError } from "./errors.ts";
import { Refusal } from "./refusal.ts";

/** What an application's refusal says. */
export interface RefusalData {
  readonly message?: string;
  /** A word of the application's for programs, such as `not_a_member`. */
  readonly reason?: string;
  readonly data?: unknown;
  /** When to try again, in milliseconds from now; without it, not at all. */
  readonly retryAfterMs?: number;
}

export interface Complaint extends RefusalData {
  readonly code: string;
  /** Name of the event that it is about. */
  readonly event?: string;
}

/** Codes that a peer may complain with. Another one, of a newer peer's, is heard as `rejected`. */
const codes = [
  "rejected",
  "handler_failed",
  "invalid_arguments",
  "unknown_event",
  "rate_limited",
  "authentication_expired",
  "refused",
] as const satisfies readonly ErrorCode[];

export function complaintError(complaint: Complaint): WirewayError {
  const { event } = complaint;
  const code = codes.find((one) => one === complaint.code) ?? "rejected";
  return new WirewayError(code, { ...refusalDetails(complaint), ...(typeof event === "string" && { name: event }) });
}

/** What a handler's failure says to the peer: a refusal's own words, of another error nothing. */
export function failureComplaint(error: unknown, event: string): Complaint {
  return error instanceof Refusal
    ? { code: "rejected", event, ...refusalData(error) }
    : { code: "handler_failed", event };
}

/** What is wrong with what the peer sent, as a check of its contract found it. */
export function checkComplaint({ code, details: { why, data } }: WirewayError, event: string): Complaint {
  return { code, event, ...(why !== undefined && { message: why }), ...(data !== undefined && { data }) };
}

/** A refusal as it crosses the wire. */
export function refusalData({
  message,
  reason,
  data,
  retryAfterMs,
}: Refusal): RefusalData & { readonly message: string } {
  return {
    message,
    reason,
    ...(data !== undefined && { data }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** What came over the wire, field by field. */
export function refusalDetails({ message, reason, data, retryAfterMs }: RefusalData): ErrorDetails {
  return {
    ...(typeof message === "string" && { why: message }),
    ...(typeof reason === "string" && { reason }),
    ...(data !== undefined && { data }),
    ...(typeof retryAfterMs === "number" && retryAfterMs >= 0 && { retryAfterMs }),
  };
}
