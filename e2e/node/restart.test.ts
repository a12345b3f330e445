// The server's process is killed, and another one takes its place.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { connect, type DisconnectDetails } from "@wireway/client";
import { createProxy } from "@wireway/testkit";
import { describe, expect, test } from "vitest";
import { deferred, transportNames, transports } from "./stage.ts";

async function startServer(): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(fileURLToPath(new URL("./server-process.mjs", import.meta.url)), {
    // As it was built, not as its source.
    execArgv: [],
  });
  const [port] = (await once(child, "message")) as [number];
  return { child, port };
}

describe.concurrent.each(transportNames)("%s", (name) => {
  test("begins a new session with a restarted server, and hands back what was not confirmed", {
    timeout: 60_000,
  }, async () => {
    const first = await startServer();
    const proxy = await createProxy({ target: { host: "127.0.0.1", port: first.port } });
    let second: Awaited<ReturnType<typeof startServer>> | undefined;
    const socket = connect(proxy.url, { transports: [(transports[name] as () => never)()], forceNew: true });
    try {
      const ids: unknown[] = [];
      const endings: [string, DisconnectDetails][] = [];
      const again = deferred();
      socket.on("connect", () => {
        ids.push(socket.id);
        if (ids.length === 2) again.resolve();
      });
      socket.on("disconnect", (reason: string, details: DisconnectDetails) => endings.push([reason, details]));
      expect(await socket.emitWithAck("count", 1)).toBe(first.child.pid);

      first.child.kill("SIGKILL");
      await once(first.child, "exit");
      // The dead server cannot confirm these.
      socket.emit("note", "a", { b: 2 });
      const unanswered = socket.emitWithAck("count", 2).catch((error: { code: string }) => error.code);
      second = await startServer();
      proxy.retarget({ host: "127.0.0.1", port: second.port });
      await again.promise;

      expect(endings).toHaveLength(1);
      const [reason, { code, message, unconfirmed }] = endings[0] as [string, DisconnectDetails];
      expect([reason, code]).toEqual(["unknown_session", 3002]);
      expect(message).not.toBe("");
      expect(unconfirmed).toEqual([
        { event: "note", args: ["a", { b: 2 }] },
        { event: "count", args: [2] },
      ]);
      expect(await unanswered).toBe("disconnected");
      expect(ids[1]).not.toBe(ids[0]);
      expect(await socket.emitWithAck("count", 3)).toBe(second.child.pid);
    } finally {
      void socket.close();
      await proxy.close();
      first.child.kill("SIGKILL");
      second?.child.kill("SIGKILL");
    }
  });
});
