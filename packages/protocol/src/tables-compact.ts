// What tables says, for browsers in production: the same codes, faults and next steps, and in place of sentences the code
// and the details. A test holds it to the tables, whose order of close codes it relies on.
// Not here: statuses and what else only a server tells.

import type { CloseReason, NextStep } from "./close-codes.ts";
import type { ErrorDetails, Fault } from "./error-kind.ts";
import type { ErrorCode } from "./errors.ts";

const network = list<ErrorCode>("disconnected timed_out dropped not_acknowledged unreachable intercepted");
const remote = list<ErrorCode>("handler_failed rejected refused too_many_packets");

/** Never `data`, which is an application's. */
const told = ["name", "size", "limit", "why"];

export function sentenceOf(code: ErrorCode, details: ErrorDetails): string {
  return `${code} ${JSON.stringify(details, told)}`;
}

export function faultOf(code: ErrorCode): Fault {
  if (network.includes(code)) return "network";
  return remote.includes(code) || code.startsWith("malformed") ? "remote" : "local";
}

export function statusOf(_code: ErrorCode): number {
  return 500;
}

/** A session's endings, from 3000 on. */
const sessions = list<CloseReason>(
  "closed server_closing unknown_session expired protocol_error too_far_behind evicted message_too_large refused rate_limited codec_mismatch authentication_expired",
);
/** A connection's endings, from 3100 on. */
const connections = list<CloseReason>(
  "superseded silent stalled unproven unanswered gone lost malformed overloaded suspended",
);

export function closeCode(reason: CloseReason): number {
  const index = connections.indexOf(reason);
  return index < 0 ? 3000 + sessions.indexOf(reason) : 3100 + index;
}

export function closeReason(code: number): CloseReason {
  const application = code >= 4000 && code <= 4999 ? "closed" : "protocol_error";
  return sessions[code - 3000] ?? connections[code - 3100] ?? application;
}

export function closeSentence(reason: CloseReason): string {
  return reason;
}

export function nextStep(reason: CloseReason): NextStep {
  if (connections.includes(reason)) return "resume";
  return ["closed", "refused", "codec_mismatch"].includes(reason) ? "stop" : "renew";
}

function list<Name>(names: string): readonly Name[] {
  return names.split(" ") as readonly string[] as readonly Name[];
}
