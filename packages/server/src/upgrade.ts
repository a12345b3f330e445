// The raw side of an upgrade: refusing it on a bare socket, and taking the socket away from an HTTP server that treats the
// upgrade as a plain request. The latter is what Node does while nobody listens for `upgrade`, so that a middleware sees it.
// Source: RFC 9110 section 7.8; Node's _http_server (onParserExecuteCommon does the same for a real upgrade).

import { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { answerHeaders, errorParts } from "./answer.ts";

export function isUpgrade({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers.upgrade?.toLowerCase() === "websocket";
}

/** Answers with the error and ends the socket. */
export function refuseUpgrade(socket: Duplex, error: unknown, headers: OutgoingHttpHeaders = {}): void {
  const { status, body, extra } = errorParts(error);
  const text = JSON.stringify(body);
  const fields: OutgoingHttpHeaders = {
    ...answerHeaders,
    ...headers,
    ...extra,
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
    Connection: "close",
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  // The peer may be gone already.
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${text}`);
}

/** The request's socket, free of the server's HTTP, so that another protocol can be spoken on it. */
export function takeSocket({ socket }: IncomingMessage, response: ServerResponse): Socket {
  response.detachSocket(socket);
  // The server's own: they would feed the parser, answer its errors, or end a socket whose other side is still open. Its
  // `close` stays, which frees the parser.
  for (const event of ["data", "end", "error", "timeout"]) socket.removeAllListeners(event);
  socket.setTimeout(0);
  // Else the server would count the socket among its idle connections, and cut it when it closes those. The parser enters
  // itself into that list once more when it is through with this request, which is after this call.
  setImmediate(() => (socket as Socket & { parser?: { remove?(): void } | null }).parser?.remove?.());
  // Whoever waits for the end of the response (a logger, a time limit) waits no longer.
  response.emit("close");
  return socket;
}
