// What is kept of the request that began a session. Nothing else of it is: a request holds its socket, its parser and
// whatever other middleware hung on it.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import type { ResolvedOptions } from "./options.ts";
import { queryOf } from "./query.ts";
import { SharedTexts } from "./shared-text.ts";

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

/** Headers that are somebody's own: no other request brings the same. */
const ownHeaders: ReadonlySet<string> = new Set(["cookie", "authorization", "sec-websocket-key"]);

const nothing: Readonly<Record<string, never>> = Object.freeze({});
const texts = new SharedTexts();

const maxAddressLength = 128;

/** The request that began the session, and what the client gave for this socket. */
export interface SocketHandshake extends Handshake {
  /** What the option `auth` of the client gave, as it came: nobody has checked it. */
  readonly auth: Record<string, unknown>;
}

/** Runs the application's functions: throws what they throw. */
export function handshakeOf(request: IncomingMessage, { clientAddress, context }: HandshakeOptions): Handshake {
  const { url = "/", headers, socket } = request;
  shareTexts(headers);
  return {
    url: texts.of(url),
    query: queryOf(url).own,
    headers,
    address: clientAddress ? checkAddress(clientAddress(request)) : (socket.remoteAddress ?? ""),
    time: Date.now(),
    secure: (socket as Partial<TLSSocket>).encrypted === true,
    origin: headers.origin,
    context: context ? { ...context(request) } : nothing,
  };
}

/** Of the request that began a session, and what the client gave for one of its sockets. */
export function socketHandshakeOf(handshake: Handshake, auth: Record<string, unknown>): SocketHandshake {
  // Each by its name: engines give every object that is spread from another a shape of its own.
  const { url, query, headers, address, time, secure, origin, context } = handshake;
  return { url, query, headers, address, time, secure, origin, context, auth };
}

/** In their place: the request is as it was. */
function shareTexts(headers: IncomingHttpHeaders): void {
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string" && !ownHeaders.has(name)) headers[name] = texts.of(value);
  }
}

/** It ends in logs and is a key of maps, and may be made of a header: anybody's words. */
function checkAddress(address: unknown): string {
  if (typeof address === "string" && address.length <= maxAddressLength && /^[\x21-\x7e]*$/.test(address))
    return address;
  throw new TypeError(`option clientAddress must return at most ${maxAddressLength} visible characters of ASCII`);
}
