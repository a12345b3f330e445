// What the tables of errors and close codes say, to whoever raises one: for Node, tests and development servers. Browsers
// in production get tables-compact in its place, which says the same in fewer words (`#tables` in package.json).

import type { CloseReason, NextStep } from "./close-codes.ts";
import { closeCodes } from "./close-table.ts";
import type { ErrorDetails, ErrorKind, Fault } from "./error-kind.ts";
import { errors } from "./error-table.ts";
import type { ErrorCode } from "./errors.ts";
import { requestErrors } from "./request-errors.ts";

const kinds: Record<ErrorCode, ErrorKind> = { ...errors, ...requestErrors };

export function sentenceOf(code: ErrorCode, details: ErrorDetails): string {
  return kinds[code].sentence(details);
}

export function faultOf(code: ErrorCode): Fault {
  return kinds[code].fault;
}

export function statusOf(code: ErrorCode): number {
  return kinds[code].status ?? 500;
}

export function closeCode(reason: CloseReason): number {
  return closeCodes[reason].code;
}

const reasonsByCode = new Map<number, CloseReason>(
  Object.entries(closeCodes).map(([reason, { code }]) => [code, reason as CloseReason]),
);

/** The table's name for a code; `closed` for an application's own code (4000-4999), `protocol_error` for any other. */
export function closeReason(code: number): CloseReason {
  return reasonsByCode.get(code) ?? (code >= 4000 && code <= 4999 ? "closed" : "protocol_error");
}

export function closeSentence(reason: CloseReason): string {
  return closeCodes[reason].sentence;
}

export function nextStep(reason: CloseReason): NextStep {
  return closeCodes[reason].next;
}
