// The raw side of an upgrade: refusing it on a bare socket, giving that socket a response for middlewares to work with, and
// taking the socket away from an HTTP server that treats the upgrade as a plain request. The latter is what Node does while
// nobody listens for `upgrade`, so that a middleware sees it.
// Source: RFC 9110 section 7.8; Node's _http_server (onParserExecuteCommon does the same for a real upgrade).

import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type Duplex, Writable } from "node:stream";
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
  // The peer may be gone already.
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...headerLines(fields), "", text].join("\r\n"));
}

/** One line each, and one for each value of a list. */
export function headerLines(headers: OutgoingHttpHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${String(one)}`));
}

/** A response on the bare socket of an upgrade; whoever ends it has refused the upgrade. */
export function openResponse(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  // What an HTTP server does for its responses.
  const drained = (): boolean => response.emit("drain");
  const failed = (): unknown => socket.destroy();
  const finished = (): unknown => socket.end(failed);
  socket.on("drain", drained).on("error", failed);
  response.on("finish", finished);
  response.on("close", () => socket.off("drain", drained).off("error", failed));
  return response;
}

/**
 * Ends a response whose socket goes on with another protocol: what middlewares do at the beginning and at the end of a
 * response is done (set a cookie, save a session), and nothing is written. Resolves with the headers that they set.
 */
export async function endResponse(response: ServerResponse, socket: Duplex): Promise<OutgoingHttpHeaders> {
  response.detachSocket(socket as Socket);
  // The HTTP server's own among them, which would go on with the next request on this socket.
  response.removeAllListeners("finish");
  response.assignSocket(nowhere() as Socket);
  const finished = new Promise((resolve) => {
    response.once("finish", resolve).once("close", resolve);
  });
  response.writeHead(101);
  const headers = response.getHeaders();
  response.end();
  await finished;
  return headers;
}

/** The request's socket, free of the server's HTTP, so that another protocol can be spoken on it. */
export function takeSocket({ socket }: IncomingMessage): Socket {
  // The server's own: they would feed the parser, answer its errors, or end a socket whose other side is still open. Its
  // `close` stays, which frees the parser.
  for (const event of ["data", "end", "error", "timeout"]) socket.removeAllListeners(event);
  socket.setTimeout(0);
  // Else the server would count the socket among its idle connections, and cut it when it closes those. The parser enters
  // itself into that list once more when it is through with this request, which is after this call.
  setImmediate(() => (socket as Socket & { parser?: { remove?(): void } | null }).parser?.remove?.());
  return socket;
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
