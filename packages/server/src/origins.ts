// Which pages may talk to this server, asked on every transport: a browser sends cookies along with a WebSocket or a form's
// POST of any page, so that CORS alone protects nothing. A browser names the page's origin in all of these, so that what
// names none comes from no page, and is allowed; unless it carries cookies, as only a browser does by itself.
// Source: WHATWG Fetch, sections 3.1 "Origin header" and 3.2 "CORS protocol"; RFC 6455 sections 4.1 and 10.2.

import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { ResolvedOptions } from "./options.ts";

/** How long a browser may keep the answer to a preflight. */
const preflightSeconds = 600;

type OriginOptions = Pick<ResolvedOptions, "origins" | "cookiesWithoutOrigin">;

export function isAllowedOrigin({ origins, cookiesWithoutOrigin }: OriginOptions, request: IncomingMessage): boolean {
  const { origin, cookie } = request.headers;
  if (origin === undefined) return cookie === undefined || cookiesWithoutOrigin || isPlainGet(request);
  if (origins === "*" || isKnownSameOrigin(origin, request)) return true;
  if (typeof origins === "function") return origins(origin, request) === true;
  return origins.some((one) => (typeof one === "string" ? one === origin : one.test(origin)));
}

const ofNoPage: readonly string[] = ["Vary", "Origin"];

/**
 * What lets the page read the answer: names and values in turn. Names the one origin: the wildcard would shut out requests
 * with cookies.
 */
export function corsHeaders({ headers: { origin } }: IncomingMessage): readonly string[] {
  if (origin === undefined) return ofNoPage;
  return ["Vary", "Origin", "Access-Control-Allow-Origin", origin, "Access-Control-Allow-Credentials", "true"];
}

export function preflightHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const wanted = request.headers["access-control-request-headers"];
  const { origin } = request.headers;
  return {
    ...(origin !== undefined && { "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" }),
    Vary: "Origin, Access-Control-Request-Headers",
    "Access-Control-Allow-Methods": "GET, POST",
    ...(wanted !== undefined && { "Access-Control-Allow-Headers": wanted }),
    "Access-Control-Max-Age": String(preflightSeconds),
  };
}

/** A page's own GET names no origin: an EventSource, whose ticket nobody else knows. */
function isPlainGet({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers.upgrade === undefined;
}

/** The last origin that was found to be the host's own: nearly all requests of a server have the same. */
let known: { readonly origin: string; readonly host: string | undefined } | undefined;

function isKnownSameOrigin(origin: string, request: IncomingMessage): boolean {
  const { host } = request.headers;
  if (known && known.origin === origin && known.host === host && host !== undefined) return true;
  if (!isSameOrigin(origin, request)) return false;
  known = { origin, host };
  return true;
}

/** Compares hosts and ports alone: a proxy in front may end TLS, and then this server does not know the scheme. */
function isSameOrigin(origin: string, { headers }: IncomingMessage): boolean {
  const host = headers.host ?? headers[":authority"];
  if (typeof host !== "string" || !URL.canParse(origin)) return false;
  const { protocol, host: originHost, origin: serialized } = new URL(origin);
  // Nothing but what a browser makes of a page on the web: other schemes, users and paths are somebody's invention.
  if (serialized !== origin || !/^https?:$/.test(protocol)) return false;
  // Through URL, so that a port which the scheme implies does not count.
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === originHost;
}
