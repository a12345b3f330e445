// The errors that only a server raises, about requests that it cannot serve. Apart from the others so that clients do not
// carry sentences that they never say: no client imports this file.

import type { ErrorKind } from "./error-kind.ts";

export const requestErrors = {
  // What a body is.
  /** Nothing an application does: another program speaks, or a proxy changes what passes. */
  malformed_body: { fault: "remote", status: 400, sentence: ({ why }) => `body is malformed: ${why}` },
  // What a request asked for.
  /** Give client and server the same major version. */
  unsupported_version: { fault: "remote", status: 400, sentence: ({ limit }) => `query v must be ${limit}` },
  /** Give client and server the same version; this one serves no such transport. */
  unknown_transport: {
    fault: "remote",
    status: 400,
    sentence: () => "query transport names no transport of this server",
  },
  /** Nothing: somebody looked at the address with a browser. If it is a client, a proxy changes its requests. */
  method_not_allowed: { fault: "remote", status: 405, sentence: () => "method is not allowed here" },
  /** Nothing an application does: a proxy changes what passes, or another page tries to send a form. */
  unsupported_media_type: { fault: "remote", status: 415, sentence: () => "content type must be text/plain" },
  /** List the page's origin in the option `origins` of the server, if it is to connect. */
  origin_not_allowed: {
    fault: "remote",
    status: 403,
    sentence: () =>
      "origin is not allowed, or missing beside cookies; see the options origins and cookiesWithoutOrigin",
  },
  /** Raise `maxBodyBytes`, or send less at a time. */
  body_too_large: { fault: "remote", status: 413, sentence: ({ limit }) => `body is larger than ${limit} bytes` },
  /** Nothing, when it is rare. `bodyTimeoutMs` is the limit. */
  body_timeout: { fault: "network", status: 408, sentence: ({ limit }) => `body did not arrive within ${limit} ms` },
  /** Nothing: the client dials again. When it is frequent, requests of one session reach several servers. */
  unknown_ticket: { fault: "remote", status: 404, sentence: () => "ticket is unknown, used or expired" },
  /** Let the proxy pass upgrades on (see the guide "behind proxies"); the client takes another transport meanwhile. */
  not_upgradable: { fault: "remote", status: 426, sentence: () => "transport websocket needs an upgrade request" },
  /** Add servers, or raise `maxSessions`. Clients come again by themselves. */
  too_many_sessions: {
    fault: "local",
    status: 503,
    sentence: ({ limit }) => `server holds its limit of ${limit} sessions`,
  },
  /** Nothing, when many come at once: clients come again by themselves. When it stays, a middleware is slow. */
  too_many_handshakes: {
    fault: "local",
    status: 503,
    sentence: ({ limit }) => `server has its limit of ${limit} handshakes under way`,
  },
  /** A middleware given to `use` neither called `next` nor answered. Look for the one that does not. */
  middleware_timeout: {
    fault: "local",
    status: 503,
    sentence: ({ limit }) => `middlewares took longer than ${limit} ms`,
  },
  /** See what the server's `error` event tells of `authenticate`: it failed, or took longer than `authenticateTimeoutMs`. */
  authentication_unavailable: {
    fault: "local",
    status: 503,
    sentence: ({ limit }) => `who the client is was not found out within ${limit} ms`,
  },
  /** Nothing: clients come again, and reach the next process. */
  server_closed: { fault: "local", status: 503, sentence: () => "server is closing" },
} as const satisfies Record<string, ErrorKind>;

export type RequestErrorCode = keyof typeof requestErrors;
