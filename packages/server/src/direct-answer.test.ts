import { once } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, it } from "vitest";
import { socketPair } from "../test/socket-pair.ts";
import { endDirect } from "./direct-answer.ts";

/** More than the system takes at once. */
const large = "x".repeat(20_000_000);

function responseOn(socket: Socket, bytes = 5): ServerResponse {
  const request = new IncomingMessage(socket);
  request.httpVersionMajor = request.httpVersionMinor = 1;
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  response.writeHead(200, ["Content-Length", String(bytes)]);
  return response;
}

it("sends head and body in one piece, and the response ends", async () => {
  const { near, far } = await socketPair();
  const response = responseOn(near);
  const ended = once(response, "finish");
  expect(endDirect(response, near, "hello")).toBe(true);
  await ended;
  const [read] = (await once(far, "data")) as [Buffer];
  expect(String(read)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nhello$/s);
});

it("lets the response end when all of it has left, so that no time limit of a connection at rest cuts it", async () => {
  const { near, far } = await socketPair();
  const response = responseOn(near, large.length);
  expect(endDirect(response, near, large)).toBe(true);
  // Time for a response that ends at once to say so.
  await new Promise(setImmediate);
  expect(response.writableFinished).toBe(false);
  far.resume();
  await once(response, "finish");
});

it("does not let the response end whose peer has gone before all of it left", async () => {
  const { near, far } = await socketPair();
  const response = responseOn(near, large.length);
  endDirect(response, near, large);
  const closed = once(response, "close");
  // As a server does for its responses.
  near.on("close", () => response.emit("close"));
  far.destroy();
  near.resume();
  await closed;
  expect(response.writableFinished).toBe(false);
});

const hindrances: readonly (readonly [string, (socket: Socket) => unknown])[] = [
  ["a time limit looks at the socket's streams", (socket) => socket.setTimeout(60_000)],
  ["something waits in the socket's streams", (socket) => socket.cork()],
  ["the socket is somebody's own", (socket) => Object.setPrototypeOf(socket, Own.prototype)],
];

it.each(hindrances)("leaves it to the response where %s", async (_where, hinder) => {
  const { near } = await socketPair();
  const response = responseOn(near);
  hinder(near);
  expect(endDirect(response, near, "hello")).toBe(false);
  expect(response.writableEnded).toBe(false);
});

class Own extends Socket {}
