// The main job, in each engine over each transport on its own: a page holds one socket to an Express server that mounts
// Wireway in one line, and nothing that either says is lost, through cuts and endings.

import type { Socket } from "@wireway/client";
import { Server, type Socket as ServerSocket } from "@wireway/server";
import express from "express";
import { expect, type Json, type Site, type Tab, test } from "../fixture.ts";

declare global {
  // Where pages keep what later calls go on with.
  var socket: Socket;
  var heard: unknown[][];
}

const transports = ["websocket", "streaming", "sse", "polling"] as const;
type Transport = (typeof transports)[number];

interface Visit {
  readonly wireway: Server;
  readonly server: ServerSocket;
}

const servers: Server[] = [];
test.afterEach(async () => {
  await Promise.all(servers.splice(0).map((wireway) => wireway.close()));
});

/** A page that holds a connected socket over one transport, and the server's end of it. */
async function visit(tab: Tab, site: Site, transport: Transport): Promise<Visit> {
  const wireway = new Server();
  servers.push(wireway);
  const app = express();
  app.use(wireway.middleware());
  site.use(app);
  const accepted = new Promise<ServerSocket>((resolve) => wireway.on("connection", resolve));
  await tab.goto(site.url);
  await tab.evaluate(async (name) => {
    const { connect, polling, sse, streaming, webSocket } = await import("@wireway/client");
    const ways = { websocket: webSocket, streaming, sse, polling };
    globalThis.heard = [];
    globalThis.socket = connect({ transports: [ways[name]()] });
    socket.onAny((...args) => heard.push(args.filter((arg) => typeof arg !== "function")));
    await new Promise<void>((resolve) => socket.on("connect", resolve));
  }, transport);
  return { wireway, server: await accepted };
}

for (const transport of transports) {
  test.describe(transport, () => {
    test("connects over it, and text goes both ways", async ({ tab, site }) => {
      const { server } = await visit(tab, site, transport);
      const arrived = new Promise((resolve) => server.on("chat", (...args) => resolve(args)));
      await tab.evaluate(() => void socket.emit("chat", "grüße ✓ 🚀", "\u2028\u001e\n\0"));
      expect(await arrived).toEqual(["grüße ✓ 🚀", "\u2028\u001e\n\0"]);
      server.emit("chat", "zurück ✓ 🚀", { nested: [1, null, true] });
      await tab.waitFor(() => heard.length === 1);
      expect(await tab.evaluate(() => heard[0] as Json[])).toEqual([
        "chat",
        "zurück ✓ 🚀",
        { nested: [1, null, true] },
      ]);
      expect(await tab.evaluate(() => socket.connection?.transport)).toBe(transport);
      expect(server.connection?.transport).toBe(transport);
    });

    test("carries a megabyte each way", async ({ tab, site }) => {
      const { server } = await visit(tab, site, transport);
      const arrived = new Promise<string>((resolve) => server.on("big", (text: string) => resolve(text)));
      await tab.evaluate(() => void socket.emit("big", "ü".repeat(500_000)));
      expect((await arrived) === "ü".repeat(500_000)).toBe(true);
      server.emit("big", "x".repeat(1_000_000));
      await tab.waitFor(() => heard.length === 1);
      expect(await tab.evaluate(() => heard[0]?.[1] === "x".repeat(1_000_000))).toBe(true);
    });

    test("carries binary at any depth", async ({ tab, site }) => {
      const { server } = await visit(tab, site, transport);
      const arrived = new Promise<[{ deep: { bytes: Uint8Array }[] }, Uint8Array]>((resolve) =>
        server.on("file", (...args: [{ deep: { bytes: Uint8Array }[] }, Uint8Array]) => resolve(args)),
      );
      await tab.evaluate(() => {
        const bytes = new Uint8Array(256).map((_, index) => index);
        socket.emit("file", { deep: [{ bytes }, "text"] }, new Uint8Array(0).buffer);
      });
      const [value, empty] = await arrived;
      expect([...(value.deep[0]?.bytes ?? [])]).toEqual(Array.from({ length: 256 }, (_, index) => index));
      expect(empty.length).toBe(0);
      server.emit("file", { list: [Buffer.from([0, 1, 254, 255]), new Uint8Array(200_000).fill(9)] });
      await tab.waitFor(() => heard.length === 1);
      expect(
        await tab.evaluate(() => {
          const [small, large] = (heard[0] as [string, { list: Uint8Array[] }])[1].list;
          return [[...(small ?? [])], large?.length, large?.every((byte) => byte === 9)];
        }),
      ).toEqual([[0, 1, 254, 255], 200_000, true]);
    });

    test("acknowledges both ways", async ({ tab, site }) => {
      const { server } = await visit(tab, site, transport);
      server.on("add", (a: number, b: number, answer: (sum: number) => void) => answer(a + b));
      server.on("double", (number: number) => number * 2);
      expect(
        await tab.evaluate(async () => [await socket.emitWithAck("add", 2, 3), await socket.emitWithAck("double", 21)]),
      ).toEqual([5, 42]);
      await tab.evaluate(() => void socket.on("name", ((question: string) => `${question}: me`) as never));
      expect(await server.emitWithAck("name", "who")).toBe("who: me");
    });

    test("keeps a thousand messages in order each way", async ({ tab, site }) => {
      const { server } = await visit(tab, site, transport);
      const up: number[] = [];
      const all = new Promise<void>((resolve) =>
        server.on("up", (number: number) => {
          if (up.push(number) === 1_000) resolve();
        }),
      );
      const numbers = Array.from({ length: 1_000 }, (_, number) => number);
      for (const number of numbers) server.emit("down", number);
      await tab.evaluate(async () => {
        for (let number = 0; number < 1_000; number++) {
          socket.emit("up", number);
          // In bursts: some share a body, some do not.
          if (number % 100 === 0) await Promise.resolve();
        }
      });
      await all;
      expect(up).toEqual(numbers);
      await tab.waitFor(() => heard.length === 1_000);
      expect(await tab.evaluate(() => heard.map(([, number]) => number as number))).toEqual(numbers);
    });

    test("is told when the server closes the socket, and stays away", async ({ tab, site }) => {
      const { server } = await visit(tab, site, transport);
      await tab.evaluate(() => {
        socket.on("disconnect", (reason, { message }) => heard.push(["disconnect", reason, message]));
      });
      server.disconnect();
      await tab.waitFor(() => heard.length === 1);
      expect(await tab.evaluate(() => [(heard[0] as string[])[1], socket.active, socket.connected])).toEqual([
        "closed",
        false,
        false,
      ]);
    });

    test("comes back when the connection is cut, and nothing is missing", async ({ tab, site }) => {
      const { server } = await visit(tab, site, transport);
      const up: number[] = [];
      server.on("up", (number: number) => void up.push(number));
      await tab.evaluate(() => {
        socket.on("disconnect", (reason) => heard.push(["disconnect", reason]));
        socket.on("connection", (info) => heard.push(["connection", info?.transport]));
      });
      for (let round = 0; round < 3; round++) {
        const back = tab.waitFor((length) => heard.filter(([name]) => name === "down").length === length, {
          args: [2 * round + 2],
        });
        server.emit("down", 2 * round);
        await tab.evaluate((number) => void socket.emit("up", number), 2 * round);
        site.cut();
        server.emit("down", 2 * round + 1);
        await tab.evaluate((number) => void socket.emit("up", number), 2 * round + 1);
        await back;
        await expect.poll(() => up.length).toBe(2 * round + 2);
      }
      expect(up).toEqual([0, 1, 2, 3, 4, 5]);
      const events = await tab.evaluate(() => heard.map(([name, value]) => [name, value ?? null] as Json[]));
      expect(events.filter(([name]) => name === "down").map(([, number]) => number)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(events.filter(([name]) => name === "disconnect")).toEqual([]);
    });
  });
}

test("a page that names no transport ends up on a WebSocket", async ({ tab, site }) => {
  const wireway = new Server();
  servers.push(wireway);
  const app = express();
  app.use(wireway.middleware());
  site.use(app);
  await tab.goto(site.url);
  await tab.evaluate(async () => {
    const { connect } = await import("@wireway/client");
    globalThis.socket = connect();
    await new Promise<void>((resolve) => socket.on("connect", resolve));
  });
  await tab.waitFor(() => socket.connection?.transport === "websocket");
});
