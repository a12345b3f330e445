// Nothing early is lost: events that come while connection handlers still await wait for the listeners that these attach.

import { describe, expect, it, vi } from "vitest";
import { patienceMs } from "./patience.ts";
import { allTransports, event, joining, RawClient, said } from "./raw-client.ts";
import { dropped, settled, startServer } from "./test-server.ts";

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe.each(allTransports)("over %s", (transport) => {
  it("events that come with the dial itself reach listeners that are attached after an await", async () => {
    const { base, wireway } = await startServer();
    const heard: unknown[] = [];
    wireway.on("connection", async (socket) => {
      await new Promise((resolve) => setImmediate(resolve));
      socket.on("early", (value: number) => void heard.push(value));
    });
    const client = dropped(await RawClient.dial(base, transport, { behind: [joining, event("early", 1)] }));
    client.next = 3;
    await client.move(event("early", 2));
    await client.say(event("early", 3));
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 3]), patienceMs);
  });
});

it("they wait for the slowest of several handlers, and once for all of them", async () => {
  const { base, wireway } = await startServer();
  const [first, second] = [gate(), gate()];
  const heard: string[] = [];
  for (const [name, { opened }] of Object.entries({ first, second })) {
    wireway.on("connection", async (socket) => {
      await opened;
      socket.on("n", (value: number) => void heard.push(`${name} ${value}`));
    });
  }
  const client = dropped(await RawClient.join(base, "websocket"));
  await client.say(event("n", 1), event("n", 2));
  await settled(client);
  first.open();
  await settled(client);
  expect(heard).toEqual([]);
  second.open();
  await vi.waitFor(() => expect(heard).toEqual(["first 1", "second 1", "first 2", "second 2"]), patienceMs);
});

it("a handler that fails does not keep them waiting", async () => {
  const { base, wireway } = await startServer();
  wireway.on("error", () => undefined);
  const heard = vi.fn();
  wireway.on("connection", async () => Promise.reject(new Error("failed")));
  wireway.on("connection", (socket) => void socket.on("n", heard));
  const client = dropped(await RawClient.join(base, "websocket"));
  await client.say(event("n", 1));
  await settled(client);
  expect(heard).toHaveBeenCalledWith(1);
});

it("they wait for the handlers of a pattern and for the namespace's own", async () => {
  const { base, wireway } = await startServer();
  const { opened, open } = gate();
  const heard: string[] = [];
  wireway.of(/^\/room-\d+$/).on("connection", async (socket) => {
    await opened;
    socket.on("n", (value: number) => void heard.push(`pattern ${value}`));
  });
  wireway.of("/room-1").on("connection", (socket) => {
    socket.on("n", (value: number) => void heard.push(`own ${value}`));
  });
  const client = dropped(await RawClient.join(base, "websocket"));
  await client.say(
    said({ type: "connect", namespace: "/room-1" }),
    said({ type: "event", namespace: "/room-1", args: ["n", 1] }),
  );
  await settled(client);
  expect(heard).toEqual([]);
  open();
  await vi.waitFor(() => expect([...heard].sort()).toEqual(["own 1", "pattern 1"]), patienceMs);
});

it("what waits is bounded", async () => {
  const { base, wireway } = await startServer({ maxMessageBytes: 10_000, maxUnconfirmedBytes: 20_000 });
  wireway.on("connection", () => new Promise(() => undefined));
  const client = dropped(await RawClient.join(base, "websocket"));
  for (let count = 0; count < 4; count++) await client.say(event("n", "x".repeat(8_000)));
  expect((await client.closed).code).toBe(3004);
});

it("the rooms are still there for a listener of disconnecting that was attached late", async () => {
  const { base, wireway } = await startServer();
  const { opened, open } = gate();
  const told: unknown[] = [];
  wireway.on("connection", async (socket) => {
    socket.join("red");
    await opened;
    socket.on("disconnecting", (reason) => void told.push(["disconnecting", reason, socket.rooms.has("red")]));
    socket.on("disconnect", (reason) => void told.push(["disconnect", reason, socket.rooms.size]));
  });
  const client = dropped(await RawClient.join(base, "websocket"));
  await client.leave();
  await client.closed;
  open();
  await vi.waitFor(() => expect(told.length).toBe(2), patienceMs);
  expect(told).toEqual([
    ["disconnecting", "closed", true],
    ["disconnect", "closed", 0],
  ]);
});
