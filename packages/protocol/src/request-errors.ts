// The errors that only a server raises, about requests that it cannot serve. Apart from the others so that clients do not
// carry sentences that they never say: no client imports this file.

import type { ErrorKind } from "./error-kind.ts";

export const requestErrors = {
  // What a body is.
  malformed_body: { fault: "remote", status: 400, sentence: ({ why }) => `body is malformed: ${why}` },
  // What a request asked for.
  unsupported_version: { fault: "remote", status: 400, sentence: ({ limit }) => `query v must be ${limit}` },
  unknown_transport: {
    fault: "remote",
    status: 400,
    sentence: () => "query transport names no transport of this server",
  },
  method_not_allowed: { fault: "remote", status: 405, sentence: () => "method is not allowed here" },
  unsupported_media_type: { fault: "remote", status: 415, sentence: () => "content type must be text/plain" },
  origin_not_allowed: {
    fault: "remote",
    status: 403,
    sentence: () =>
      "origin is not allowed, or missing beside cookies; see the options origins and cookiesWithoutOrigin",
  },
  body_too_large: { fault: "remote", status: 413, sentence: ({ limit }) => `body is larger than ${limit} bytes` },
  body_timeout: { fault: "network", status: 408, sentence: ({ limit }) => `body did not arrive within ${limit} ms` },
  unknown_ticket: { fault: "remote", status: 404, sentence: () => "ticket is unknown, used or expired" },
  not_upgradable: { fault: "remote", status: 426, sentence: () => "transport websocket needs an upgrade request" },
  too_many_sessions: {
    fault: "local",
    status: 503,
    sentence: ({ limit }) => `server holds its limit of ${limit} sessions`,
  },
  too_many_handshakes: {
    fault: "local",
    status: 503,
    sentence: ({ limit }) => `server has its limit of ${limit} handshakes under way`,
  },
  middleware_timeout: { fault: "local", status: 503, sentence: ({ limit }) => `middlewares took longer than ${limit} ms` },
  server_closed: { fault: "local", status: 503, sentence: () => "server is closing" },
} as const satisfies Record<string, ErrorKind>;

export type RequestErrorCode = keyof typeof requestErrors;
