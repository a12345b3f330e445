// Contracts: what does not fit never reaches a handler, whichever library wrote the schemas.

import { type Contract, type ErrorContext, MemoryHub, Refusal, type Schema } from "@wireway/server";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { patienceMs } from "./patience.ts";
import { allTransports, event, RawClient, said } from "./raw-client.ts";
import { dropped, heardBy, joined, next, settled, startServer } from "./test-server.ts";

/** A text that is trimmed, and at most so long; the answer is a number. */
const libraries: Record<string, { readonly name: Schema<string>; readonly count: Schema<number> }> = {
  zod: { name: z.string().max(5), count: z.number() },
  valibot: { name: v.pipe(v.string(), v.maxLength(5)), count: v.number() },
  arktype: { name: type("string <= 5"), count: type("number") },
};

function asking(id: number, name: string, ...args: unknown[]): ReturnType<typeof event> {
  return said({ type: "event", namespace: "/", id, args: [name, ...args] });
}

describe.each(Object.entries(libraries))("with %s", (_library, { name, count }) => {
  const events: Contract = { hello: name, add: { args: [count, count], ack: count } };

  it("what fits reaches the handler, and its answer the client", async () => {
    const { base, wireway } = await startServer({ events });
    const [client, socket] = await joined(base, wireway);
    const hello = vi.fn();
    socket.on("hello", hello);
    socket.on("add", (a: number, b: number) => a + b);
    await client.say(event("hello", "Ada"), asking(4, "add", 1, 2));
    expect(await heardBy(client)).toEqual(["34[3]"]);
    expect(hello).toHaveBeenCalledExactlyOnceWith("Ada");
  });

  it("what does not fit reaches no handler, and its sender is told where it is wrong", async () => {
    const { base, wireway } = await startServer({ events });
    const [client, socket] = await joined(base, wireway);
    const heard = vi.fn();
    const reported = vi.fn();
    wireway.on("error", reported);
    socket.onAny(heard);
    await client.say(asking(1, "add", 1, "two"), event("hello", "much too long"));
    for (const id of [1, undefined]) {
      const complaint = await client.hearMessage();
      expect(complaint).toMatchObject({
        type: "error",
        data: { code: "invalid_arguments", event: id ? "add" : "hello" },
      });
      expect("id" in complaint ? complaint.id : undefined).toBe(id);
      const { data } = (complaint as unknown as { data: { data: { path: unknown[]; message: string }[] } }).data;
      expect(data[0]?.path[0]).toBe(id ? 1 : 0);
      expect(Object.keys(data[0] ?? {})).toEqual(["path", "message"]);
    }
    expect([heard.mock.calls, reported.mock.calls]).toEqual([[], []]);
    expect(socket.connected).toBe(true);
  });

  it("a handler's answer that does not fit is the server's fault: reported, and no answer", async () => {
    const { base, wireway } = await startServer({ events });
    const [client, socket] = await joined(base, wireway);
    const reported = next<[{ code: string }, ErrorContext]>((listener) => wireway.on("error", listener as never));
    socket.on("add", () => "three");
    await client.say(asking(2, "add", 1, 2));
    expect(await client.hearMessage()).toEqual({
      type: "error",
      namespace: "/",
      id: 2,
      data: { code: "handler_failed", event: "add" },
    });
    expect([(await reported)[0].code, (await reported)[1].event]).toEqual(["invalid_arguments", "add"]);
  });

  it("the server cannot say what does not fit, and is not told what does not fit", async () => {
    const { base, wireway } = await startServer({ serverEvents: events });
    const [client, socket] = await joined(base, wireway);
    for (const emit of [() => socket.emit("hello", 5), () => wireway.emit("hello", 5), () => socket.emit("hello")]) {
      expect(emit).toThrow(expect.objectContaining({ code: "invalid_arguments" }));
    }
    expect(() => socket.emit("nothing")).toThrow(expect.objectContaining({ code: "unknown_event" }));
    const [good, bad] = [socket.emitWithAck("add", 1, 2), socket.emitWithAck("add", 1, 2)];
    await client.say(
      said({ type: "ack", namespace: "/", id: 0, args: [3] }),
      said({ type: "ack", namespace: "/", id: 2, args: ["three"] }),
    );
    expect(await good).toBe(3);
    await expect(bad).rejects.toMatchObject({ code: "invalid_arguments", details: { name: "add" } });
  });

  it("a broadcast is told no answer that does not fit, of whichever server's client", async () => {
    const hub = new MemoryHub();
    const servers = [
      await startServer({ serverEvents: events, adapter: hub.adapter() }),
      await startServer({ serverEvents: events, adapter: hub.adapter() }),
    ] as const;
    await vi.waitUntil(() => servers.every(({ wireway }) => wireway.serverCount === 2), patienceMs);
    const clients: RawClient[] = [];
    for (const { base, wireway } of [...servers, ...servers]) clients.push((await joined(base, wireway))[0]);
    const asked = servers[0].wireway.emitWithAck("add", 1, 2);
    for (const [place, client] of clients.entries()) {
      const { id = 0 } = (await client.hearMessage()) as { id?: number };
      await client.say(said({ type: "ack", namespace: "/", id, args: [place < 2 ? "three" : 3] }));
    }
    expect(await asked).toEqual([3, 3]);
  });
});

it.each(allTransports)(
  "an event that the contract does not know is refused, over %s, and the client stays",
  async (transport) => {
    const { base, wireway } = await startServer({ events: { hello: z.string() } });
    const client = dropped(await RawClient.join(base, transport));
    await client.say(asking(1, "constructor", 1));
    expect(await client.hearMessage()).toMatchObject({ type: "error", id: 1, data: { code: "unknown_event" } });
    expect(wireway.sockets.size).toBe(1);
  },
);

it("asynchronous schemas hold up what comes behind them, in order", async () => {
  const gates: (() => void)[] = [];
  const slow: Schema<string> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) =>
        new Promise((resolve) => {
          gates.push(() => resolve(value === "bad" ? { issues: [{ message: "no" }] } : { value: value as string }));
        }),
    },
  };
  const { base, wireway } = await startServer({ events: { slow, quick: z.string() } });
  const [client, socket] = await joined(base, wireway);
  const heard: unknown[] = [];
  socket.onAny((name, value) => void heard.push([name, value]));
  await client.say(event("slow", "one"), event("slow", "bad"), event("quick", "two"));
  await settled(client);
  expect(heard).toEqual([]);
  gates.shift()?.();
  await vi.waitFor(() => expect(gates.length).toBe(1), patienceMs);
  expect(heard).toEqual([["slow", "one"]]);
  gates.shift()?.();
  await vi.waitFor(() => expect(heard.length).toBe(2), patienceMs);
  expect(heard).toEqual([
    ["slow", "one"],
    ["quick", "two"],
  ]);
  expect(await client.hearMessage()).toMatchObject({ type: "error", data: { code: "invalid_arguments" } });
});

it("emit cannot wait for an asynchronous schema, and says so", async () => {
  const { base, wireway } = await startServer({ serverEvents: { late: z.string().refine(async () => true) } });
  const [, socket] = await joined(base, wireway);
  const slow: Schema = {
    "~standard": { version: 1, vendor: "test", validate: async (value) => ({ value }) },
  };
  const other = await startServer({ serverEvents: { late: slow } });
  const [, otherSocket] = await joined(other.base, other.wireway);
  expect(() => otherSocket.emit("late", "x")).toThrow(expect.objectContaining({ code: "invalid_arguments" }));
  expect(() => socket.emit("late", "x")).toThrow();
});

it("a schema that throws is the application's failure, and not the client's", async () => {
  const broken: Schema = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: () => {
        throw new Error("broken schema");
      },
    },
  };
  const { base, wireway } = await startServer({ events: { n: broken } });
  const [client] = await joined(base, wireway);
  const reported = next<[Error, ErrorContext]>((listener) => wireway.on("error", listener as never));
  await client.say(asking(1, "n", 1));
  expect(await client.hearMessage()).toMatchObject({ type: "error", id: 1, data: { code: "handler_failed" } });
  expect((await reported)[0].message).toBe("broken schema");
});

it("what schemas make of the arguments is what handlers get", async () => {
  const { base, wireway } = await startServer({
    events: { n: z.object({ at: z.iso.datetime().pipe(z.coerce.date()) }) },
  });
  const [client, socket] = await joined(base, wireway);
  const heard = next<[{ at: Date }]>((listener) => socket.on("n", listener as never));
  await client.say(event("n", { at: "2026-01-01T00:00:00.000Z", more: 1 }));
  expect(await heard).toEqual([{ at: new Date("2026-01-01T00:00:00.000Z") }]);
});

it("each namespace has its own contract, those of a pattern too, and the server's where it says nothing", async () => {
  const { base, wireway } = await startServer({ events: { main: z.string() } });
  wireway.of("/own", { events: { own: z.number() } });
  wireway.of(/^\/room-\d+$/, { events: { move: z.number() } });
  wireway.of("/plain");
  const [client] = await joined(base, wireway);
  const complained = async (namespace: string, name: string, value: unknown): Promise<unknown> => {
    await client.say(said({ type: "connect", namespace }));
    expect(await client.hearMessage()).toMatchObject({ type: "connect", namespace });
    await client.say(said({ type: "event", namespace, id: 1, args: [name, value] }));
    await settled(client);
    const complaint = client.messages.shift();
    await client.say(said({ type: "disconnect", namespace }));
    return complaint === undefined ? "taken" : JSON.parse(String(complaint).replace(/^7[^{]*/, "")).code;
  };
  expect(await complained("/own", "own", 1)).toBe("taken");
  expect(await complained("/own", "main", "x")).toBe("unknown_event");
  expect(await complained("/room-1", "move", 1)).toBe("taken");
  expect(await complained("/room-2", "move", "x")).toBe("invalid_arguments");
  expect(await complained("/plain", "main", "x")).toBe("taken");
  expect(await complained("/plain", "own", 1)).toBe("unknown_event");
});

it("what is no contract is refused where it is said", async () => {
  const { wireway } = await startServer();
  const wrong = { n: { args: "text" } } as unknown as Contract;
  for (const say of [() => wireway.of("/a", { events: wrong }), () => wireway.of(/^\/b/, { serverEvents: wrong })]) {
    expect(say).toThrow(expect.objectContaining({ code: "invalid_option" }));
  }
  await expect(startServer({ events: wrong })).rejects.toMatchObject({ code: "invalid_option" });
  expect(() => wireway.of("/a", { whenBehind: "wait" as never })).toThrow("option whenBehind must be one of");
});

it("errors never hold the values that were wrong", async () => {
  const { base, wireway } = await startServer({ serverEvents: { n: v.string() } });
  const [, socket] = await joined(base, wireway);
  try {
    socket.emit("n", { secret: 1 });
    expect.unreachable();
  } catch (error) {
    expect(String(error)).toBe("WirewayError: arguments of event n are not what the contract says: at 0");
  }
});

it("a refusal of a handler's is not a failure, also with a contract", async () => {
  const { base, wireway } = await startServer({ events: { n: z.string() } });
  const [client, socket] = await joined(base, wireway);
  socket.on("n", () => {
    throw new Refusal("not_now", { retryAfterMs: 5 });
  });
  await client.say(asking(1, "n", "x"));
  expect(await client.hearMessage()).toMatchObject({ data: { code: "rejected", reason: "not_now", retryAfterMs: 5 } });
});
