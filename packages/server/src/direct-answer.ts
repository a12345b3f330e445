// Writes an answer on a plain socket past Node's streams, and lets the response end when it has left: head and body are one
// text, and neither is copied. The response still makes its own head, and tells its end as ever.
// Private parts of Node: where a response keeps the text of its head, and that it has left. They are looked up once; where
// they are not as expected, the caller has to write by the response.

import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { writeDirect } from "./transports/direct-socket.ts";

interface Head {
  readonly _header?: unknown;
  _headerSent?: boolean;
}

const isKnown = looksAsExpected();

/**
 * @param body in ASCII; the response's head was made, and nothing of it has left.
 * @returns whether it was done; else it has to be written by the response.
 */
export function endDirect(response: ServerResponse, socket: Socket, body: string): boolean {
  const { writableLength, writableCorked, timeout, writable } = socket;
  if (!isKnown || socket.constructor !== Socket || !writable || writableLength + writableCorked > 0) return false;
  // A time limit of Node's looks only at what its streams do.
  if (timeout) return false;
  const head = response as unknown as Head;
  const text = head._header;
  if (typeof text !== "string" || response.writableLength > 0 || response.strictContentLength) return false;
  head._headerSent = true;
  // At the response's end the connection is at rest, with a time limit, and the client's next request is answered; one that
  // does not read has no answer that ends. Of a response that was cut, nobody is told that it has left.
  const left = (): void => {
    if (!socket.destroyed) response.end();
  };
  if (writeDirect(socket, text + body, { left }) === 0) response.end();
  return true;
}

function looksAsExpected(): boolean {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.writeHead(200, ["Content-Length", "0"]);
  const { _header: text, _headerSent: hasLeft } = response as unknown as Head;
  return typeof text === "string" && /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s.test(text) && hasLeft === false;
}
