// How upgrades are answered: ordinary ones by us, all others by `ws`; nobody may notice by whom.

import { afterEach, expect, it, vi } from "vitest";
import { WebSocketServer } from "ws";
import { headOf, upgradeLines } from "./raw-bytes.ts";
import { connectRaw } from "./raw-tcp.ts";
import { startServer } from "./test-server.ts";

const url = "/wireway/?v=1&transport=websocket";
const key = "dGhlIHNhbXBsZSBub25jZQ==";

/** Of RFC 6455, section 1.3, for that key. */
const accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const lines = [...upgradeLines.filter((line) => !line.startsWith("Sec-WebSocket-Key")), `Sec-WebSocket-Key: ${key}`];

afterEach(() => void vi.restoreAllMocks());

async function answerTo(request: string): Promise<{ readonly answer: string[]; readonly byWs: boolean }> {
  const { port } = await startServer();
  const judge = vi.spyOn(WebSocketServer.prototype, "handleUpgrade");
  const socket = connectRaw(port);
  socket.write(request);
  const head = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
  return { answer: head.toString("latin1").split("\r\n"), byWs: judge.mock.calls.length > 0 };
}

const switched = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];

it("an ordinary upgrade is answered as RFC 6455 says, without ws", async () => {
  expect(await answerTo(headOf("GET", url, lines))).toEqual({
    answer: [...switched, `Sec-WebSocket-Accept: ${accept}`, "", ""],
    byWs: false,
  });
});

it("extensions are not taken up", async () => {
  const { answer } = await answerTo(headOf("GET", url, [...lines, "Sec-WebSocket-Extensions: permessage-deflate"]));
  expect(answer).toEqual([...switched, `Sec-WebSocket-Accept: ${accept}`, "", ""]);
});

it("one with subprotocols is for ws", async () => {
  const { answer, byWs } = await answerTo(headOf("GET", url, [...lines, "Sec-WebSocket-Protocol: chat"]));
  expect(byWs).toBe(true);
  expect(answer).toContain("Sec-WebSocket-Protocol: chat");
});

it.each([
  ["without a key", lines.filter((line) => !line.startsWith("Sec-WebSocket-Key"))],
  ["with a key that is too short", lines.map((line) => (line.includes(key) ? "Sec-WebSocket-Key: aa==" : line))],
  ["of another version", lines.map((line) => line.replace("Version: 13", "Version: 7"))],
  ["with two versions", [...lines, "Sec-WebSocket-Version: 13"]],
  ["with two keys", [...lines, `Sec-WebSocket-Key: ${key}`]],
])("one %s is refused", async (_, broken) => {
  const { answer, byWs } = await answerTo(headOf("GET", url, broken));
  expect(byWs).toBe(true);
  expect(answer[0]).toMatch(/^HTTP\/1\.1 426 /);
});
