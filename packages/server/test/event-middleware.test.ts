// Middlewares of events: who passes, who does not, and in which order.

import { type ErrorContext, Refusal } from "@wireway/server";
import { describe, expect, it, vi } from "vitest";
import { patienceMs } from "./patience.ts";
import { event, said } from "./raw-client.ts";
import { heardBy, joined, next, settled, startServer } from "./test-server.ts";

function asking(id: number, name: string, ...args: unknown[]): ReturnType<typeof event> {
  return said({ type: "event", namespace: "/", id, args: [name, ...args] });
}

it("events go through all of them in order, and each may change the arguments", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  socket.use((packet, go) => {
    packet.push("one");
    go();
  });
  socket.use(async (packet) => {
    await Promise.resolve();
    packet.push("two");
  });
  socket.use(([name], go) => go(name === "n" ? undefined : new Error("no")));
  const heard = vi.fn();
  socket.on("n", heard);
  await client.say(event("n", 0));
  await settled(client);
  await vi.waitFor(() => expect(heard).toHaveBeenCalledExactlyOnceWith(0, "one", "two"), patienceMs);
});

it("one that takes its time holds up what comes behind, and nothing overtakes", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const gates: (() => void)[] = [];
  socket.use(([name], go) => {
    if (name === "slow") gates.push(go);
    else go();
  });
  const heard: unknown[] = [];
  socket.onAny((name, value) => void heard.push(`${name} ${value}`));
  const over = next<[string]>((listener) => socket.on("disconnect", listener));
  await client.say(event("slow", 1), event("quick", 2), event("slow", 3), event("quick", 4));
  await settled(client);
  expect(heard).toEqual([]);
  await client.leave();
  await client.closed;
  gates.shift()?.();
  await vi.waitFor(() => expect(heard).toEqual(["slow 1", "quick 2"]), patienceMs);
  gates.shift()?.();
  await over;
  expect(heard).toEqual(["slow 1", "quick 2", "slow 3", "quick 4"]);
});

it.each([
  [
    "later",
    async () => {
      await Promise.resolve();
      throw new Refusal("forbidden");
    },
  ],
  [
    "at once",
    () => {
      throw new Refusal("forbidden");
    },
  ],
])(
  "an event whose name leaves no room for it in an answer is refused %s, and the next one is heard",
  async (_when, no) => {
    const { base, wireway } = await startServer({ maxMessageBytes: 1_024 });
    const [client, socket] = await joined(base, wireway);
    socket.use(([name]) => (name === "n" ? undefined : no()));
    const heard = next((listener) => socket.on("n", listener));
    await client.say(asking(7, "x".repeat(1_000)), event("n"));
    expect(await client.hearMessage()).toEqual({ type: "error", namespace: "/", id: 7, data: { code: "rejected" } });
    await heard;
  },
);

it("what waits is bounded: too much of it ends the session", async () => {
  const { base, wireway } = await startServer({ maxMessageBytes: 10_000, maxUnconfirmedBytes: 20_000 });
  const [client, socket] = await joined(base, wireway);
  socket.use(() => undefined);
  const over = next<[string, { message: string }]>((listener) => socket.on("disconnecting", listener as never));
  for (let count = 0; count < 4; count++) await client.say(event("n", "x".repeat(8_000)));
  void over;
  const { code } = await client.closed;
  expect(code).toBe(3004);
  expect(socket.connected).toBe(false);
});

describe("one that refuses", () => {
  it.each([
    [
      "a refusal",
      new Refusal("muted", { message: "be quiet", data: 5 }),
      { reason: "muted", message: "be quiet", data: 5 },
    ],
    ["an error", new Error("not now"), { message: "not now" }],
  ])("with %s tells the sender, as answer or as warning", async (_what, error, told) => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const [heard, reported] = [vi.fn(), vi.fn()];
    wireway.on("error", reported);
    socket.onAny(heard);
    socket.use((_event, go) => go(error));
    await client.say(asking(3, "n"), event("n"));
    const data = { code: "rejected", event: "n", ...told };
    expect(await client.hearMessage()).toEqual({ type: "error", namespace: "/", id: 3, data });
    expect(await client.hearMessage()).toEqual({ type: "error", namespace: "/", data });
    expect([heard.mock.calls, reported.mock.calls]).toEqual([[], []]);
  });

  it.each([
    [
      "throws",
      (): never => {
        throw new Error("secret detail");
      },
    ],
    ["rejects", async (): Promise<never> => Promise.reject(new Error("secret detail"))],
  ])("because it %s says no more than that, and is reported", async (_how, middleware) => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const reported = next<[Error, ErrorContext]>((listener) => wireway.on("error", listener as never));
    socket.use(middleware);
    await client.say(asking(3, "n"));
    expect(await heardBy(client)).toEqual(['73{"code":"rejected","event":"n"}']);
    expect([(await reported)[0].message, (await reported)[1].event]).toEqual(["secret detail", "n"]);
  });
});

it("what is called twice counts once", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  socket.use((_event, go) => {
    go();
    go(new Error("too late"));
  });
  const heard = vi.fn();
  socket.on("n", heard);
  await client.say(asking(1, "n"));
  expect(await heardBy(client)).toEqual([]);
  expect(heard).toHaveBeenCalledTimes(1);
});
