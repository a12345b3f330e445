// Several servers over the adapter of one process: the list that every adapter has to pass, and what is this one's own.

import { jsonCodec } from "@wireway/protocol";
import {
  type Authenticate,
  MemoryHub,
  type ParentNamespace,
  Server,
  type ServerOptions,
  type Socket,
} from "@wireway/server";
import { type AdapterBench, type AdapterClient, type AdapterServer, adapterConformance } from "@wireway/testkit";
import { describe, expect, it, vi } from "vitest";
import { patienceMs } from "./patience.ts";
import { joining, RawClient, said } from "./raw-client.ts";
import { dropped, heardBy, joined, next, startServer, type TestServer } from "./test-server.ts";

describe("the memory adapter", () => {
  for (const { name, run } of adapterConformance(memoryBench)) it(name, run);
});

/** Two servers of a hub that have heard of each other, with what their applications were told of. */
async function pair(one: ServerOptions, two: ServerOptions): Promise<[TestServer, TestServer, unknown[]]> {
  const hub = new MemoryHub();
  const servers = [
    await startServer({ adapter: hub.adapter(), ...one }),
    await startServer({ adapter: hub.adapter(), ...two }),
  ] as const;
  const errors: unknown[] = [];
  for (const { wireway } of servers) wireway.on("error", (error) => void errors.push(error));
  await vi.waitUntil(() => servers.every(({ wireway }) => wireway.serverCount === 2), patienceMs);
  return [...servers, errors];
}

describe("a cluster", () => {
  it("ends the sessions of a user on all servers, also those without a connection", async () => {
    const authenticate: Authenticate = (_handshake, { user }) => ({ user: String(user) });
    const [a, b] = await pair({ authenticate }, { authenticate });
    const enter = async ({ base }: TestServer, user: string): Promise<RawClient> => {
      const client = dropped(
        await RawClient.dial(base, "websocket", {
          behind: [said({ type: "connect", namespace: "/", data: { user } })],
        }),
      );
      client.next = 2;
      await client.move();
      await client.hearMessage();
      return client;
    };
    const clients = [await enter(a, "ada"), await enter(b, "ada"), await enter(b, "ada"), await enter(b, "bob")];
    const sockets = [...a.wireway.sockets.values(), ...b.wireway.sockets.values()];
    clients[2]?.drop();
    await vi.waitUntil(() => sockets[2]?.connection === undefined, patienceMs);
    await a.wireway.disconnectUser("ada");
    expect(sockets.map(({ user, connected }) => [user, connected])).toEqual([
      ["ada", false],
      ["ada", false],
      ["ada", false],
      ["bob", true],
    ]);
  });

  it("brings nothing to clients that is larger than their server allows, or of another codec", async () => {
    const other = { ...jsonCodec, name: "other" };
    const [a, b, errors] = await pair({}, { maxMessageBytes: 1_024 });
    const [client] = await joined(b.base, b.wireway);
    a.wireway.emit("n", "x".repeat(2_000));
    a.wireway.emit("n", 1);
    expect(await client.hearEvent()).toEqual(["n", 1]);
    expect(errors).toMatchObject([{ code: "message_too_large", details: { limit: 1_024 } }]);
    expect(await a.wireway.emitWithAck("n", "x".repeat(2_000))).toEqual([]);
    const [c, d, mismatches] = await pair({ codec: other }, {});
    const [another] = await joined(d.base, d.wireway);
    c.wireway.emit("n", 1);
    await vi.waitUntil(() => mismatches.length > 0, patienceMs);
    expect(mismatches).toMatchObject([{ code: "codec_mismatch" }]);
    expect(await heardBy(another)).toEqual([]);
  });

  it("keeps namespaces apart, and knows nothing of those that another server has not", async () => {
    const [a, b] = await pair({}, {});
    const here = a.wireway.of("/only-here");
    b.wireway.of("/both").on("moved", (by: number) => by + 1);
    expect(await here.fetchSockets()).toEqual([]);
    expect(await here.emitWithAck("n")).toEqual([]);
    expect(await here.serverSideEmitWithAck("moved", 1)).toEqual([]);
    expect(await a.wireway.of("/both").serverSideEmitWithAck("moved", 1)).toEqual([2]);
    expect(await a.wireway.serverSideEmitWithAck("moved", 1)).toEqual([]);
  });

  it("reaches the children of a parent on all servers, also those that only another server has", async () => {
    const [a, b] = await pair({}, {});
    const [parentA, parentB] = [a, b].map(({ wireway }) => wireway.of(/^\/tenant-\d+$/)) as [
      ParentNamespace,
      ParentNamespace,
    ];
    const functions = [a, b].map(({ wireway }) => wireway.of((name) => name === "/project"));
    const client = dropped(await RawClient.join(b.base, "websocket"));
    for (const namespace of ["/tenant-1", "/project"]) {
      await client.say(said({ type: "connect", namespace }));
      await client.hearMessage();
    }
    parentA.emit("n", 1, new Uint8Array([7]));
    const envelope = await client.hearMessage();
    expect(envelope).toEqual({ type: "event", namespace: "/tenant-1", args: ["n", 1, new Uint8Array([7])] });
    functions[0]?.emit("n", 2);
    expect(await client.hearMessage()).toEqual({ type: "event", namespace: "/project", args: ["n", 2] });
    const asked = parentA.emitWithAck("ask");
    const { id = 0 } = (await client.hearMessage()) as { id?: number };
    await client.say(said({ type: "ack", namespace: "/tenant-1", id, args: ["yes"] }));
    expect(await asked).toEqual(["yes"]);
    const [found, ...others] = await parentA.fetchSockets();
    expect([found?.namespace, others]).toEqual(["/tenant-1", []]);
    found?.emit("n", 3);
    expect(await client.hearMessage()).toMatchObject({ namespace: "/tenant-1", args: ["n", 3] });
    parentA.local.disconnectSockets();
    expect(await parentA.fetchSockets()).toHaveLength(1);
    parentA.socketsJoin("red");
    parentA.in("red").disconnectSockets();
    await vi.waitUntil(() => parentB.children.size === 0, patienceMs);
    expect(functions[1]?.children.size).toBe(1);
  });

  it("hands what servers say to each other to a callback too, and lets nobody say what is the server's own", async () => {
    const [a, b] = await pair({}, {});
    b.wireway.on("add", (one: number, two: number, answer: (sum: number) => void) => answer(one + two));
    const told = next<[unknown, unknown]>((listener) => a.wireway.serverSideEmit("add", 1, 2, listener));
    expect(await told).toEqual([undefined, [3]]);
    for (const name of ["connection", "join-room", "error"]) {
      expect(() => a.wireway.serverSideEmit(name)).toThrow(`event name ${name} is reserved`);
    }
    expect(() => a.wireway.serverSideEmit("n", 1n)).toThrow("arguments cannot be sent");
    await expect(a.wireway.serverSideEmitWithAck("n", 1n)).rejects.toMatchObject({ code: "not_serializable" });
  });

  it("stops to wait for answers on other servers when the signal is aborted", async () => {
    const [a, b] = await pair({}, {});
    const [client] = await joined(b.base, b.wireway);
    const controller = new AbortController();
    const asked = a.wireway.with({ signal: controller.signal }).emitWithAck("ask");
    const envelope = await client.hearMessage();
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: "aborted" });
    await client.say(
      said({ type: "ack", namespace: "/", id: envelope.type === "event" ? (envelope.id ?? 0) : 0, args: [] }),
    );
    const again = a.wireway.emitWithAck("ask");
    const { id = 0 } = (await client.hearMessage()) as { id?: number };
    await client.say(said({ type: "ack", namespace: "/", id, args: ["yes"] }));
    expect(await again).toEqual(["yes"]);
  });

  it("loses no answers with one that cannot be sent between servers, and waits for no more", async () => {
    const [a, b, errors] = await pair({}, {});
    const clients = [(await joined(b.base, b.wireway))[0], (await joined(b.base, b.wireway))[0]];
    const asked = a.wireway.emitWithAck("ask");
    const [one, other] = await Promise.all(
      clients.map(async (client) => (await client.hearMessage()) as { id: number }),
    );
    await clients[0]?.say({ type: "message", data: `3${one?.id}[${"[".repeat(300)}${"]".repeat(300)}]` });
    await vi.waitUntil(() => errors.length > 0, patienceMs);
    await clients[1]?.say(said({ type: "ack", namespace: "/", id: other?.id ?? 0, args: ["yes"] }));
    expect(await asked).toEqual(["yes"]);
    expect(errors).toMatchObject([{ code: "not_serializable" }]);
  });

  it("reports a handler's answer that cannot be sent between servers, and waits for no other", async () => {
    const [a, b, errors] = await pair({}, {});
    b.wireway.on("later", async () => new Map());
    b.wireway.on("called", (answer: (value: unknown) => void) => answer(1n));
    expect(await a.wireway.serverSideEmitWithAck("later")).toEqual([]);
    expect(await a.wireway.serverSideEmitWithAck("called")).toEqual([]);
    expect(errors).toMatchObject([{ code: "not_serializable" }, { code: "not_serializable" }]);
  });

  it("finds all sockets, also one whose client gave what cannot be sent between servers", async () => {
    const [a, b, errors] = await pair({}, {});
    const [, other] = await joined(b.base, b.wireway);
    other.data = { name: "Ada" };
    const auth = `0{"deep":${"[".repeat(300)}${"]".repeat(300)}}`;
    const connected = next<[Socket]>((listener) => b.wireway.once("connection", listener));
    dropped(await RawClient.dial(b.base, "websocket", { behind: [{ type: "message", data: auth }] }));
    const [socket] = await connected;
    socket.data = { name: "Bob" };
    const found = await a.wireway.fetchSockets();
    expect(found.map(({ data, handshake }) => [data, handshake.auth])).toEqual([
      [{ name: "Ada" }, {}],
      [{ name: "Bob" }, {}],
    ]);
    expect(errors).toMatchObject([{ code: "not_serializable" }]);
  });

  it("does not take the answer to one server for the answer to another", async () => {
    const [a, b] = await pair({}, {});
    const [client] = await joined(b.base, b.wireway);
    const asked = [a.wireway.emitWithAck("ask", "a"), b.wireway.emitWithAck("ask", "b")];
    for (let count = 0; count < 2; count++) {
      const envelope = await client.hearMessage();
      if (envelope.type !== "event") throw new Error(`heard ${envelope.type}`);
      const { id = 0, args } = envelope;
      await client.say(said({ type: "ack", namespace: "/", id, args: [args[1]] }));
    }
    expect(await Promise.all(asked)).toEqual([["a"], ["b"]]);
  });

  it("fails what is still asked when its server ends", async () => {
    const [a, b] = await pair({}, {});
    b.wireway.on("slow", () => new Promise(() => undefined));
    const asked = a.wireway.serverSideEmitWithAck("slow");
    const failed = expect(asked).rejects.toMatchObject({ code: "closed" });
    await a.wireway.close({ timeoutMs: 0 });
    await failed;
    expect(b.wireway.serverCount).toBe(1);
  });
});

function memoryBench(): AdapterBench {
  const hub = new MemoryHub();
  const bases = new Map<AdapterServer, string>();
  const clients: RawClient[] = [];
  return {
    adapter: () => hub.adapter(),
    start: async (options) => {
      const server = new Server(options);
      const { port } = (await server.listen(0, "127.0.0.1")).address() as { port: number };
      bases.set(server, `http://127.0.0.1:${port}/wireway/`);
      return server;
    },
    connect: async (server) => {
      const client = await RawClient.dial(bases.get(server) ?? "", "websocket", { behind: [joining] });
      clients.push(client);
      return answering(client);
    },
    end: async () => {
      for (const client of clients) client.drop();
      await Promise.all([...bases.keys()].map((server) => server.close({ timeoutMs: 0 })));
    },
  };
}

/** A raw client that has handlers. */
async function answering(client: RawClient): Promise<AdapterClient> {
  client.next = 2;
  await client.move();
  const admission = await client.hearMessage();
  const handlers = new Map<string, (...args: unknown[]) => unknown>();
  const handle = async (name: string, args: readonly unknown[], id: number | undefined): Promise<void> => {
    const answer = await handlers.get(name)?.(...args);
    if (id === undefined || answer === undefined) return;
    await client.say(said({ type: "ack", namespace: "/", id, args: [answer] }));
  };
  const listen = async (): Promise<void> => {
    for (;;) {
      const envelope = await client.hearMessage();
      if (envelope.type === "event") void handle(envelope.args[0], envelope.args.slice(1), envelope.id);
    }
  };
  // Its end is the test's.
  listen().catch(() => undefined);
  return {
    id: admission.type === "connect" ? String(admission.data?.["sid"]) : "",
    on: (event, handler) => handlers.set(event, handler),
  };
}
