// What the intermediary answers by itself, without the server: error pages and the captive portal.

import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const PORTAL_PAGE =
  "<!doctype html><title>Welcome</title><h1>Welcome to this network</h1><p>Please accept the terms of use to go on.</p>";

/** Answers with a line of text; a body that is still arriving is discarded. */
export function answerStatus(request: IncomingMessage, response: ServerResponse, status: number): void {
  answer(request, response, status, "text/plain", `${status} from the intermediary\n`);
}

/** Answers as a network does that wants its terms accepted first. */
export function answerPortal(request: IncomingMessage, response: ServerResponse): void {
  answer(request, response, 200, "text/html; charset=utf-8", PORTAL_PAGE);
}

/**
 * A response on a connection that Node's HTTP server has let go of because the request asked for an upgrade.
 * The connection is closed after it.
 */
export function responseToUpgrade(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once("finish", () => socket.end(() => socket.destroy()));
  socket.on("drain", () => response.emit("drain"));
  // Only a socket that is read notices that its peer has gone.
  socket.once("end", () => socket.destroy()).resume();
  return response;
}

function answer(request: IncomingMessage, response: ServerResponse, status: number, type: string, body: string): void {
  request.resume();
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
