// Why a session or a connection ended: a table of code, what is at fault, what the client does next, and a sentence.
// On the wire a close travels as packet `1` ({"code","reason"}); a WebSocket's own close frame carries the same code.
// Codes follow each other without a gap: a session's from 3000, a connection's from 3100 (tables-compact counts on it).
// Source: RFC 6455 section 7.4.2 (3000-3999 for libraries, 4000-4999 for applications).

import type { NextStep } from "./close-codes.ts";
import type { Fault } from "./error-kind.ts";

interface CloseKind {
  readonly code: number;
  readonly fault: Fault | "nobody";
  readonly next: NextStep;
  readonly sentence: string;
}

export const closeCodes = {
  // A session's endings.
  closed: { code: 3000, fault: "nobody", next: "stop", sentence: "the application closed the session" },
  server_closing: { code: 3001, fault: "nobody", next: "renew", sentence: "the server is shutting down" },
  unknown_session: {
    code: 3002,
    fault: "nobody",
    next: "renew",
    sentence: "the server does not know the session (any more)",
  },
  expired: { code: 3003, fault: "network", next: "renew", sentence: "no connection was resumed within resumeWindowMs" },
  protocol_error: { code: 3004, fault: "remote", next: "renew", sentence: "the peer broke the protocol" },
  too_far_behind: {
    code: 3005,
    fault: "remote",
    next: "renew",
    sentence: "the peer left more than maxUnconfirmedBytes unconfirmed",
  },
  evicted: {
    code: 3006,
    fault: "local",
    next: "renew",
    sentence: "suspended sessions held more than maxSuspendedBytes; this was the oldest",
  },
  message_too_large: {
    code: 3007,
    fault: "remote",
    next: "renew",
    sentence: "a message was over maxMessageBytes, or over what the path lets through",
  },
  refused: { code: 3008, fault: "remote", next: "stop", sentence: "the server refused the session" },
  rate_limited: { code: 3009, fault: "remote", next: "renew", sentence: "the peer sent more than the rate limit" },
  codec_mismatch: { code: 3010, fault: "local", next: "stop", sentence: "the two ends have different codecs" },
  authentication_expired: {
    code: 3011,
    fault: "nobody",
    next: "renew",
    sentence: "what the session was authenticated with has expired",
  },
  // A connection's endings; the session lives on.
  superseded: { code: 3100, fault: "nobody", next: "resume", sentence: "the session moved to another connection" },
  silent: { code: 3101, fault: "network", next: "resume", sentence: "nothing was heard in time" },
  stalled: { code: 3102, fault: "network", next: "resume", sentence: "what was sent was not confirmed in time" },
  unproven: { code: 3103, fault: "network", next: "resume", sentence: "no move or pong proved the connection in time" },
  unanswered: { code: 3104, fault: "network", next: "resume", sentence: "the dial was not answered in time" },
  gone: { code: 3105, fault: "network", next: "resume", sentence: "the server had dropped the connection" },
  lost: { code: 3106, fault: "network", next: "resume", sentence: "the platform reported the connection lost" },
  malformed: { code: 3107, fault: "remote", next: "resume", sentence: "the peer sent what is no packet" },
  overloaded: { code: 3108, fault: "remote", next: "resume", sentence: "the server has no room; try later" },
  suspended: {
    code: 3109,
    fault: "nobody",
    next: "resume",
    sentence: "the client's page was hidden and may come back",
  },
} as const satisfies Record<string, CloseKind>;
