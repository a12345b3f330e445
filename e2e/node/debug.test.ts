// NODE_DEBUG=wireway in a process of its own, as it is used: lines for what happens, and without it no subscriber at all.

import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { connect } from "@wireway/client";
import { debug } from "@wireway/client/debug";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("server-process.mjs", import.meta.url));

/** Runs the server, lets a client ask it something, and ends it. @returns what it wrote to stderr, and the client's log. */
async function written(env: Record<string, string>): Promise<{ server: string; client: string[] }> {
  const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "inherit", "pipe", "ipc"] });
  onTestFinished(() => void child.kill());
  const port = await portOf(child);
  const server = text(child.stderr as NodeJS.ReadableStream);
  const client: string[] = [];
  const socket = connect(`http://127.0.0.1:${port}`, { forceNew: true });
  debug(socket, (line) => client.push(line));
  await socket.emitWithAck("count", 7);
  await socket.close();
  child.disconnect();
  return { server: await server, client };
}

function portOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("message", resolve));
}

test("NODE_DEBUG=wireway writes what a server does, and the client's debug what that sees", async () => {
  const { server, client } = await written({ NODE_DEBUG: "wireway" });
  const channels = server.split("\n").map((line) => /^WIREWAY \d+: (\S+) /.exec(line)?.[1]);
  expect(channels).toEqual(
    expect.arrayContaining(["session:open", "connection:open", "socket:connect", "event:in", "session:close"]),
  );
  expect(server).toMatch(/ event=count bytes=13\n/);
  expect(client.map((line) => line.split(",")[0])).toEqual(
    expect.arrayContaining(["wireway / moved to websocket", "wireway / out count"]),
  );
});

test("without it nothing is written", async () => {
  expect((await written({})).server).toBe("");
});
