// What `NODE_DEBUG=wireway` writes; whether it does is shown by e2e/node/debug.test.ts, in a process of its own.

import { expect, it, onTestFinished } from "vitest";
import { writeTo } from "../src/debug.ts";
import { event, RawClient } from "./raw-client.ts";
import { dropped, next, settled, startServer } from "./test-server.ts";

it("writes one line for each thing, whatever a client calls its events", async () => {
  const lines: string[] = [];
  onTestFinished(writeTo((line) => lines.push(line)));
  const { base, wireway } = await startServer();
  wireway.on("error", () => undefined);
  wireway.on("connection", (socket) => {
    socket.on("fail", () => {
      throw new Error("mine");
    });
    socket.on("strange", () => {
      throw { toString: null };
    });
  });
  const client = dropped(await RawClient.join(base, "websocket"));
  const [socket] = [...wireway.sockets.values()];
  await client.say(event("chat", "secret"), event("a\nb \u001b[2J\u009b%s", 1), event("fail"), event("strange"));
  await settled(client);
  const disconnected = next((listener) => socket?.on("disconnect", listener as never));
  socket?.disconnect(true);
  await disconnected;
  await client.closed;
  const ids = `session=${client.answer.id} socket=${socket?.id} namespace=/`;
  expect(lines.map((line) => line.replace(/durationMs=\d+$/, "durationMs=N"))).toEqual([
    `session:open session=${client.answer.id} address=127.0.0.1`,
    `connection:open session=${client.answer.id} connection=1 transport=websocket address=127.0.0.1`,
    `socket:connect ${ids}`,
    `event:in ${ids} event=chat bytes=18`,
    `event:in ${ids} event="a\\nb \\u001b[2J\\u009b%s" bytes=25`,
    `event:in ${ids} event=fail bytes=9`,
    `error error="Error: mine" event=fail socket=${socket?.id} namespace=/`,
    `event:in ${ids} event=strange bytes=12`,
    `error error=object event=strange socket=${socket?.id} namespace=/`,
    `socket:disconnect ${ids} reason=closed`,
    `connection:close session=${client.answer.id} connection=1 transport=websocket reason=closed`,
    `session:close session=${client.answer.id} reason=closed by=local durationMs=N`,
  ]);
  expect(lines.join("")).not.toContain("secret");
});
