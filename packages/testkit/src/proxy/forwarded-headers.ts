// The heads an intermediary passes on: hop-by-hop fields are dropped, `Host` stays as it came, the client's address is
// appended to `X-Forwarded-For`. Trailers and 1xx answers are not passed on.
// Source: RFC 9110 §7.6.1 (Connection), RFC 9112 §6 (framing).

import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/** The headers of a request as the server gets them. An upgrade keeps the two fields that ask for it. */
export function requestHeaders(request: IncomingMessage, kind: "plain" | "upgrade"): OutgoingHttpHeaders {
  const headers = endToEndHeaders(request);
  if (kind === "upgrade") {
    headers.connection = "Upgrade";
    headers.upgrade = request.headers.upgrade;
  } else if (request.headers["transfer-encoding"] !== undefined) {
    headers["transfer-encoding"] = "chunked";
  }
  const earlier = request.headers["x-forwarded-for"];
  const address = request.socket.remoteAddress ?? "unknown";
  headers["x-forwarded-for"] = earlier === undefined ? address : `${String(earlier)}, ${address}`;
  return headers;
}

/** The headers of a response as the client gets them. */
export function responseHeaders(response: IncomingMessage): OutgoingHttpHeaders {
  return endToEndHeaders(response);
}

/** The head of a 101 as it came; what follows it is not HTTP any more. */
export function switchingHead(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 101 ${answer.statusMessage ?? ""}`];
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function endToEndHeaders(message: IncomingMessage): OutgoingHttpHeaders {
  const named = (message.headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  // The proxy's own HTTP server has answered an `Expect` already.
  const dropped = new Set([...HOP_BY_HOP, "expect", ...named]);
  const headers: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (values === undefined || dropped.has(name)) continue;
    headers[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return headers;
}
