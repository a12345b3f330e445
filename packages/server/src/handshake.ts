// What is kept of the request that began a session. Nothing else of it is: a request holds its socket, its parser and
// whatever other middleware hung on it.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { ResolvedOptions } from "./options.ts";

/** The request that began a session. */
export interface Handshake {
  /** The request's URL, as far as this server got to see it. */
  readonly url: string;
  /** The request's headers, with names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The URL's query, without what the protocol itself says there; the last of those with the same name. */
  readonly query: Readonly<Record<string, string>>;
  /** Where the request came from, as the option `clientAddress` tells; else a proxy's address where one stands between. */
  readonly address: string;
  /** When it came: milliseconds since the epoch. */
  readonly time: number;
  /** Whether this server itself was reached over TLS. */
  readonly secure: boolean;
  /** The page's origin; none when the client is no browser, or the request a page's own GET. */
  readonly origin: string | undefined;
  /** What the option `context` keeps of the request. */
  readonly context: Readonly<Record<string, unknown>>;
}

type HandshakeOptions = Pick<ResolvedOptions, "clientAddress" | "context">;

/** What the protocol says in the query; a ticket is used up, but still nobody's business. */
const ownNames: readonly string[] = ["v", "transport", "request", "ticket", "hold"];
const maxAddressLength = 128;

/** The request that began the session, and what the client gave for this socket. */
export interface SocketHandshake extends Handshake {
  /** What the option `auth` of the client gave, as it came: nobody has checked it. */
  readonly auth: Record<string, unknown>;
}

/** Runs the application's functions: throws what they throw. */
export function handshakeOf(request: IncomingMessage, { clientAddress, context }: HandshakeOptions): Handshake {
  const { url = "/", headers, socket } = request;
  return {
    url,
    query: queryOf(url),
    headers,
    address: clientAddress ? checkAddress(clientAddress(request)) : (socket.remoteAddress ?? ""),
    time: Date.now(),
    secure: (socket as Partial<TLSSocket>).encrypted === true,
    origin: headers.origin,
    context: context ? { ...context(request) } : {},
  };
}

function queryOf(url: string): Record<string, string> {
  const start = url.indexOf("?");
  if (start < 0) return {};
  return Object.fromEntries([...new URLSearchParams(url.slice(start))].filter(([name]) => !ownNames.includes(name)));
}

/** It ends in logs and is a key of maps, and may be made of a header: anybody's words. */
function checkAddress(address: unknown): string {
  if (typeof address === "string" && address.length <= maxAddressLength && /^[\x21-\x7e]*$/.test(address))
    return address;
  throw new TypeError(`option clientAddress must return at most ${maxAddressLength} visible characters of ASCII`);
}
