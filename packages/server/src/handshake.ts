// What is kept of the request that began a session. Nothing else of it is: a request holds its socket, its parser and
// whatever other middleware hung on it.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";

export interface Handshake {
  /** The request's URL, as far as this server got to see it. */
  readonly url: string;
  /** The request's headers, with names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Where the request came from; a proxy's address where one stands between. */
  readonly address: string;
  /** When it came: milliseconds since the epoch. */
  readonly time: number;
  /** Whether this server itself was reached over TLS. */
  readonly secure: boolean;
  /** The page's origin; none when the client is no browser, or the request a page's own GET. */
  readonly origin: string | undefined;
}

export function handshakeOf(request: IncomingMessage): Handshake {
  const { url = "/", headers, socket } = request;
  return {
    url,
    headers,
    address: socket.remoteAddress ?? "",
    time: Date.now(),
    secure: (socket as Partial<TLSSocket>).encrypted === true,
    origin: headers.origin,
  };
}
