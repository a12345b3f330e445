// Answers over HTTP: payloads, JSON, and errors by the table's status. Nothing that the server says may be kept by a cache,
// changed or held back by a proxy, or taken for anything but what its type says.

import { type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from "node:http";
import { encodePayload, type Packet, WirewayError } from "@wireway/protocol";
import { endDirect } from "./direct-answer.ts";
import type { Exchange } from "./exchange.ts";
import { isOwn } from "./own-response.ts";
import { RequestError } from "./request-error.ts";

/**
 * How long a refused client is asked to stay away, in seconds: anything in the range, so that those who were refused together
 * do not come back together. A server that holds all the sessions it may stays full for longer than a rush or a restart takes.
 */
const retryAfterSeconds: Readonly<Record<string, readonly [least: number, most: number]>> = {
  too_many_handshakes: [1, 5],
  too_many_sessions: [5, 15],
  server_closed: [1, 3],
};

const json = "application/json; charset=utf-8";

export const answerHeaders: OutgoingHttpHeaders = {
  "Cache-Control": "no-store, no-transform",
  "X-Content-Type-Options": "nosniff",
  // nginx, and others that learnt it from there: pass everything on as it comes.
  "X-Accel-Buffering": "no",
};

/** The same as names and values in turn. */
const plainHeaders: readonly string[] = Object.entries(answerHeaders).flat() as string[];

export function answerPackets(exchange: Exchange, packets: readonly Packet[]): void {
  answerExchange(exchange, "text/plain; charset=utf-8", encodePayload(packets));
}

export function answerJson(exchange: Exchange, body: unknown): void {
  answerExchange(exchange, json, JSON.stringify(body));
}

/** Adds headers, as names and values in turn, to what others may have set. */
export function appendHeaders(response: ServerResponse, headers: readonly string[]): void {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    response.appendHeader(headers[index] as string, headers[index + 1] as string);
  }
}

/** `discard`: the request's body is not read; it is called when the answer is out, and ends the response in time. */
export function answerError(
  response: ServerResponse,
  error: unknown,
  headers: OutgoingHttpHeaders = {},
  discard?: () => void,
): void {
  const { status, body, extra } = errorParts(error);
  const text = JSON.stringify(body);
  const fields = { ...extra, ...headers };
  if (!discard) {
    answer(response, status, json, text, fields);
    return;
  }
  if (response.headersSent || response.destroyed) return;
  writeHead(response, status, json, text, { ...fields, Connection: "close" });
  response.write(text, discard);
}

/** What an error says over HTTP. One that is not the table's is this program's own, and nobody else's business. */
export function errorParts(error: unknown): { status: number; body: object; extra: OutgoingHttpHeaders } {
  if (!(error instanceof WirewayError)) return foreignParts(error);
  const { status, code, message } = error;
  return {
    status,
    body: { code, message },
    extra: status === 503 ? { "Retry-After": String(retryAfter(error)) } : {},
  };
}

/** Of a middleware's error only the status is told, which Express too takes from it. */
function foreignParts(error: unknown): { status: number; body: object; extra: OutgoingHttpHeaders } {
  const { status: given, statusCode } = Object(error) as { status?: unknown; statusCode?: unknown };
  const status = Number(given ?? statusCode);
  if (Number.isInteger(status) && status >= 400 && status <= 599 && status !== 500) {
    return { status, body: { code: "refused", message: STATUS_CODES[status]?.toLowerCase() ?? "refused" }, extra: {} };
  }
  return { status: 500, body: { code: "internal", message: "internal error" }, extra: {} };
}

function retryAfter(error: WirewayError): number {
  const [least, most] = retryAfterSeconds[error.code] ?? [1, 5];
  const seconds = least + Math.floor(Math.random() * (most - least + 1));
  return seconds + (error instanceof RequestError ? Math.ceil(error.retryAfterMs / 1_000) : 0);
}

function answerExchange(exchange: Exchange, type: string, body: string): void {
  const { response } = exchange;
  // The peer may have gone in the meantime, and with it whoever would read this.
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.byteLength(body);
  const isPlain = isUntouched(response);
  writeHeadOf(exchange, ["Content-Type", type, "Content-Length", String(bytes)], isPlain);
  if (isPlain) endAtOnce(response, body, bytes === body.length ? "latin1" : "utf8");
  else response.end(body);
}

/** The head of what succeeds. @param headers beside those of every answer, as names and values in turn. */
export function writeHeadOf(
  { response, headers: given }: Exchange,
  headers: readonly string[],
  isPlain: boolean = isUntouched(response),
): void {
  if (isPlain) {
    response.writeHead(200, [...plainHeaders, ...given, ...headers]);
    return;
  }
  appendHeaders(response, given);
  const fields: OutgoingHttpHeaders = { ...answerHeaders };
  for (let index = 0; index + 1 < headers.length; index += 2) fields[headers[index] as string] = headers[index + 1];
  response.writeHead(200, fields);
}

/** Writes the body before the response ends: else Node adds an empty piece to it, and gathers both. */
function endAtOnce(response: ServerResponse, body: string, encoding: "latin1" | "utf8"): void {
  const { socket } = response;
  // Not its turn yet: an earlier response of the connection is.
  if (!socket || body === "") {
    response.end(body);
    return;
  }
  if (encoding === "latin1" && endDirect(response, socket, body)) return;
  socket.cork();
  response.write(body, encoding);
  socket.uncork();
  response.end();
}

/**
 * Whether nobody else has a say in the answer: no header was set, and what writes it is Node's own. Then a list of headers is
 * taken as it is, while those who put themselves in its place are used to an object.
 */
function isUntouched(response: ServerResponse): boolean {
  return isOwn(response) && response.getHeaderNames().length === 0;
}

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: OutgoingHttpHeaders = {},
): void {
  // The peer may have gone in the meantime, and with it whoever would read this.
  if (response.headersSent || response.destroyed) return;
  writeHead(response, status, type, body, headers);
  response.end(body);
}

function writeHead(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: OutgoingHttpHeaders,
): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...answerHeaders, ...headers, "Content-Type": type, "Content-Length": length });
}
