// Namespaces that come and go, who is let into them, and what becomes of their rooms.

import { Refusal } from "@wireway/protocol";
import type { ErrorContext, Server, Socket } from "@wireway/server";
import { describe, expect, it, vi } from "vitest";
import { RawClient, said } from "./raw-client.ts";
import { dropped, heardBy, joined, next, settled, startServer } from "./test-server.ts";

/** Asks to be let in. */
function ask(client: RawClient, namespace: string, data?: Record<string, unknown>): Promise<unknown> {
  return client.say(said({ type: "connect", namespace, ...(data && { data }) }));
}

/** Asks, and hears whether it is let in: its socket's id, or what refuses it. */
async function enter(client: RawClient, namespace: string, data?: Record<string, unknown>): Promise<unknown> {
  await ask(client, namespace, data);
  const envelope = await client.hearMessage();
  if (envelope.type === "connect") return envelope.data?.["sid"];
  return envelope.type === "connect_error" ? envelope.data : envelope.type;
}

const unknown = { message: "unknown_namespace" };

async function visitor(base: string, wireway: Server): Promise<RawClient> {
  return (await joined(base, wireway))[0];
}

describe("namespaces by a pattern", () => {
  it("are made for those who ask, and only where the name is right", async () => {
    const { base, wireway } = await startServer();
    const tenants = wireway.of(/^\/tenant-\d+$/g);
    const seen: string[] = [];
    tenants.on("connection", ({ namespace }) => void seen.push(namespace));
    const client = await visitor(base, wireway);
    expect(await enter(client, "/tenant-1")).toEqual(expect.any(String));
    expect(await enter(client, "/tenant-2")).toEqual(expect.any(String));
    expect(await enter(client, "/tenant-x")).toEqual(unknown);
    expect(seen).toEqual(["/tenant-1", "/tenant-2"]);
    expect([...tenants.children.keys()]).toEqual(["/tenant-1", "/tenant-2"]);
    expect(wireway.of("/tenant-1")).toBe(tenants.children.get("/tenant-1"));
  });

  it("are removed when the last one has left, with its session or by itself", async () => {
    const { base, wireway } = await startServer();
    const tenants = wireway.of(/^\/tenant-\d+$/);
    const [a, b] = [await visitor(base, wireway), await visitor(base, wireway)];
    await enter(a, "/tenant-1");
    await enter(b, "/tenant-1");
    const first = tenants.children.get("/tenant-1");
    await a.say(said({ type: "disconnect", namespace: "/tenant-1" }));
    await settled(a);
    expect(tenants.children.size).toBe(1);
    const gone = next<[unknown]>((listener) => [...(first?.sockets.values() ?? [])][0]?.on("disconnect", listener));
    await b.leave();
    await gone;
    expect(tenants.children.size).toBe(0);
    await enter(a, "/tenant-1");
    // Somebody still holds it, and what is said there has to be heard.
    expect(tenants.children.get("/tenant-1")).toBe(first);
    first?.emit("n", 1);
    expect(await heardBy(a)).toContain('2/tenant-1,["n",1]');
  });

  it("are not made by somebody who only speaks to them", async () => {
    const { base, wireway } = await startServer();
    const tenants = wireway.of(/^\/tenant-\d+$/);
    for (let number = 0; number < 100; number++) wireway.of(`/tenant-${number}`).to("red").emit("n");
    expect(tenants.children.size).toBe(0);
    const connected = next<[Socket]>((listener) => wireway.of("/tenant-1").on("connection", listener));
    expect(tenants.children.size).toBe(1);
    await enter(await visitor(base, wireway), "/tenant-1");
    expect((await connected)[0].namespace).toBe("/tenant-1");
  });

  it("stay when the application has said what is to happen there, and do not forget it", async () => {
    const { base, wireway } = await startServer();
    const all = wireway.of(/^\/.+$/);
    wireway.of("/admin").use((_socket, decide) => decide(new Error("forbidden")));
    for (let count = 0; count < 2; count++) {
      const client = await visitor(base, wireway);
      expect(await enter(client, "/admin")).toMatchObject({ message: "forbidden" });
      expect(await enter(client, "/other")).toEqual(expect.any(String));
      for (const socket of all.children.get("/other")?.sockets.values() ?? []) socket.disconnect();
      expect([...all.children.keys()]).toEqual(["/admin"]);
    }
  });

  it("stay as long as somebody waits to be let in", async () => {
    const { base, wireway } = await startServer();
    const tenants = wireway.of(/^\/tenant-\d+$/);
    const decisions: (() => void)[] = [];
    tenants.use((_socket, decide) => void decisions.push(decide));
    const [a, b] = [await visitor(base, wireway), await visitor(base, wireway)];
    await ask(a, "/tenant-1");
    await settled(a);
    await ask(b, "/tenant-1");
    await settled(b);
    const child = tenants.children.get("/tenant-1");
    decisions[0]?.();
    child?.disconnectSockets();
    expect(tenants.children.get("/tenant-1")).toBe(child);
    await b.say(said({ type: "disconnect", namespace: "/tenant-1" }));
    await settled(b);
    expect(tenants.children.size).toBe(0);
  });

  it("hear what is said to all of them, in rooms too", async () => {
    const { base, wireway } = await startServer();
    const tenants = wireway.of(/^\/tenant-\d+$/);
    tenants.on("connection", (socket) => socket.join(`of ${socket.namespace}`));
    const [a, b] = [await visitor(base, wireway), await visitor(base, wireway)];
    await enter(a, "/tenant-1");
    await enter(b, "/tenant-2");
    tenants.emit("n", 1);
    tenants.to("of /tenant-2").emit("n", 2);
    tenants.except("of /tenant-2").send(3);
    expect(await heardBy(a)).toEqual(['2/tenant-1,["n",1]', '2/tenant-1,["message",3]']);
    expect(await heardBy(b)).toEqual(['2/tenant-2,["n",1]', '2/tenant-2,["n",2]']);
    expect((await tenants.fetchSockets()).map(({ namespace }) => namespace)).toEqual(["/tenant-1", "/tenant-2"]);
    const asked = tenants.emitWithAck("ask");
    for (const [client, namespace] of [
      [a, "/tenant-1"],
      [b, "/tenant-2"],
    ] as const) {
      const envelope = await client.hearMessage();
      const id = envelope.type === "event" ? (envelope.id ?? -1) : -1;
      await client.say(said({ type: "ack", namespace, id, args: [namespace] }));
      await settled(client);
    }
    expect(await asked).toEqual(["/tenant-1", "/tenant-2"]);
    expect(await tenants.to("nobody").emitWithAck("ask")).toEqual([]);
    await expect(tenants.timeout(50).emitWithAck("ask")).rejects.toMatchObject({ code: "not_acknowledged" });
    tenants.socketsJoin("all");
    expect(tenants.children.get("/tenant-1")?.sockets.values().next().value?.rooms.has("all")).toBe(true);
    tenants.in("all").disconnectSockets();
    expect(tenants.children.size).toBe(0);
  });

  it("ask the parent's middlewares and handlers before their own", async () => {
    const { base, wireway } = await startServer();
    const order: string[] = [];
    const tenants = wireway.of(/^\/tenant-\d+$/);
    const child = wireway.of("/tenant-1");
    child.use((_socket, decide) => decide(void order.push("child's middleware") as undefined));
    child.on("connection", () => void order.push("child's handler"));
    tenants.use((_socket, decide) => decide(void order.push("parent's middleware") as undefined));
    tenants.on("connection", () => void order.push("parent's handler"));
    await enter(await visitor(base, wireway), "/tenant-1");
    expect(order).toEqual(["parent's middleware", "child's middleware", "parent's handler", "child's handler"]);
  });
});

describe("namespaces by a function", () => {
  it("are decided about for each who asks, by the name and what it gives", async () => {
    const { base, wireway } = await startServer();
    const decide = vi.fn((name: string, auth: Record<string, unknown>) => name === "/vip" && auth["key"] === "k");
    wireway.of(decide);
    const [a, b] = [await visitor(base, wireway), await visitor(base, wireway)];
    expect(await enter(a, "/vip", { key: "k" })).toEqual(expect.any(String));
    expect(await enter(b, "/vip", { key: "wrong" })).toEqual(unknown);
    expect(await enter(b, "/other", { key: "k" })).toEqual(unknown);
    expect(decide).toHaveBeenCalledTimes(3);
  });

  it("may be decided about later, and hear what came in the meantime", async () => {
    const { base, wireway } = await startServer();
    let decide: (isThere: boolean) => void = () => undefined;
    const later = wireway.of(() => new Promise<boolean>((resolve) => (decide = resolve)));
    const heard = next<[unknown]>((listener) => later.on("connection", (socket) => void socket.on("early", listener)));
    const client = await visitor(base, wireway);
    await ask(client, "/later");
    await client.say(said({ type: "event", namespace: "/later", args: ["early", 1] }));
    await settled(client);
    expect(later.children.size).toBe(0);
    decide(true);
    expect((await heard)[0]).toBe(1);
    expect(later.children.size).toBe(1);
    const other = await visitor(base, wireway);
    await ask(other, "/later");
    await settled(other);
    decide(false);
    expect(await other.hearMessage()).toMatchObject({ type: "connect_error", data: unknown });
  });

  it("are not made for one who has gone before the decision", async () => {
    const { base, wireway } = await startServer();
    let decide: (isThere: boolean) => void = () => undefined;
    const later = wireway.of(() => new Promise<boolean>((resolve) => (decide = resolve)));
    const client = await visitor(base, wireway);
    await ask(client, "/later");
    await client.say(said({ type: "disconnect", namespace: "/later" }));
    await settled(client);
    decide(true);
    await settled(client);
    expect(later.children.size).toBe(0);
  });

  it("do not exist where the function fails, and that is reported", async () => {
    const { base, wireway } = await startServer();
    wireway.of(() => {
      throw new Error("thrown");
    });
    wireway.of(() => Promise.reject(new Error("rejected")));
    wireway.of((name) => name === "/c");
    const reported: unknown[] = [];
    wireway.on("error", (error) => void reported.push(error));
    const client = await visitor(base, wireway);
    expect(await enter(client, "/a")).toEqual(unknown);
    expect(await enter(client, "/c")).toEqual(expect.any(String));
    expect(reported).toEqual([new Error("thrown"), new Error("rejected"), new Error("thrown"), new Error("rejected")]);
  });

  it("let nobody in whom the function refuses, though somebody spoke to them", async () => {
    const { base, wireway } = await startServer();
    wireway.of((name, { key }) => name === "/vip" && key === "k");
    wireway.of("/vip").emit("n");
    const client = await visitor(base, wireway);
    expect(await enter(client, "/vip", { key: "wrong" })).toEqual(unknown);
    expect(await enter(client, "/vip", { key: "k" })).toEqual(expect.any(String));
    wireway.of("/open").on("connection", () => undefined);
    expect(await enter(client, "/open")).toEqual(expect.any(String));
  });

  it("must be named by something", async () => {
    const { wireway } = await startServer();
    expect(() => wireway.of(5 as unknown as string)).toThrow("must be a string, a regular expression or a function");
  });
});

describe("a middleware that takes the socket alone", () => {
  it("lets in by returning, or when its promise resolves", async () => {
    const { base, wireway } = await startServer();
    wireway.of("/a").use((socket) => {
      socket.data["sync"] = true;
    });
    wireway.of("/a").use(async (socket) => {
      await Promise.resolve();
      socket.data["async"] = true;
    });
    const connected = next<[Socket]>((listener) => wireway.of("/a").on("connection", listener));
    const client = await visitor(base, wireway);
    expect(await enter(client, "/a")).toEqual(expect.any(String));
    expect((await connected)[0].data).toEqual({ sync: true, async: true });
  });

  it("refuses with the reason of a Refusal, and reports nothing", async () => {
    const { base, wireway } = await startServer();
    const reported = vi.fn();
    wireway.on("error", reported);
    wireway.of("/a").use(async (socket) => {
      await Promise.resolve();
      throw new Refusal("not_a_member", {
        message: "members only",
        data: { of: socket.namespace },
        retryAfterMs: 5_000,
      });
    });
    wireway.of("/b").use((_socket, decide) => decide(new Refusal("full")));
    const client = await visitor(base, wireway);
    expect(await enter(client, "/a")).toEqual({
      message: "members only",
      reason: "not_a_member",
      data: { of: "/a" },
      retryAfterMs: 5_000,
    });
    expect(await enter(client, "/b")).toEqual({ message: "full", reason: "full" });
    expect(reported).not.toHaveBeenCalled();
  });

  it("refuses without words when it fails otherwise, and that is reported", async () => {
    const { base, wireway } = await startServer();
    const reported = next<[unknown, ErrorContext]>((listener) => wireway.on("error", listener));
    wireway.of("/a").use(async (socket) => {
      await Promise.resolve();
      throw new Error(`a secret of ${socket.namespace}`);
    });
    expect(await enter(await visitor(base, wireway), "/a")).toEqual({ message: "refused" });
    expect(await reported).toEqual([new Error("a secret of /a"), expect.objectContaining({ event: "connection" })]);
  });
});

it("tells of rooms that come and go, and of who is in them", async () => {
  const { base, wireway } = await startServer();
  const told: unknown[] = [];
  for (const event of ["create-room", "delete-room", "join-room", "leave-room"] as const) {
    wireway.on(event, (...args: unknown[]) => void told.push([event, ...args]));
  }
  const [, a] = await joined(base, wireway);
  const [, b] = await joined(base, wireway);
  told.length = 0;
  a.join("red");
  b.join(["red", "red"]);
  a.leave("red");
  b.disconnect();
  expect(told).toEqual([
    ["create-room", "red"],
    ["join-room", "red", a.id],
    ["join-room", "red", b.id],
    ["leave-room", "red", a.id],
    ["leave-room", b.id, b.id],
    ["delete-room", b.id],
    ["leave-room", "red", b.id],
    ["delete-room", "red"],
  ]);
});

it("reports a handler of a room's event that throws, and goes on", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  wireway.on("create-room", () => {
    throw new Error("thrown");
  });
  const reported = next<[unknown, ErrorContext]>((listener) => wireway.on("error", listener));
  socket.join("red");
  expect(await reported).toEqual([new Error("thrown"), { event: "create-room" }]);
  wireway.to("red").emit("n");
  expect(await heardBy(client)).toEqual(['2["n"]']);
});

it("keeps no socket of a client that went while it was asked about", async () => {
  const { base, wireway } = await startServer();
  const asked = next<[Socket]>((listener) => wireway.of("/a").use((socket, _decide) => listener(socket)));
  const client = dropped(await RawClient.join(base, "websocket"));
  await ask(client, "/a");
  const [socket] = await asked;
  await client.leave();
  await client.closed;
  expect([socket.connected, wireway.of("/a").sockets.size]).toEqual([false, 0]);
});
