// What a server tells on Node's diagnostics channels: each thing once, in order, with nothing that is nobody's business; and
// nothing at all where nobody listens.

import { channel } from "node:diagnostics_channel";
import { createMessage, Refusal } from "@wireway/protocol";
import { type DiagnosticName, MemoryHub, type ServerOptions, type Socket, subscribeDiagnostics } from "@wireway/server";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { diagnosticNames } from "../src/diagnostics.ts";
import { errorReport } from "../src/error-report.ts";
import * as taps from "../src/taps.ts";
import { event, fetchRaw, RawClient, said, type TransportName } from "./raw-client.ts";
import { dropped, heardBy, next, settled, startServer } from "./test-server.ts";
import { Watch } from "./watch.ts";

beforeEach(() => {
  for (const name of diagnosticNames) expect(channel(name).hasSubscribers).toBe(false);
});

function watch(...names: DiagnosticName[]): Watch {
  const made = new Watch(names);
  onTestFinished(() => made.stop());
  return made;
}

async function scene(transport: TransportName, options: ServerOptions = {}) {
  const server = await startServer(options);
  const connected = next<[Socket]>((listener) => server.wireway.once("connection", listener));
  const client = dropped(await RawClient.join(server.base, transport));
  if (transport === "polling") await client.poll();
  const [socket] = await connected;
  return { ...server, client, socket };
}

describe("a session's life", () => {
  it.each(["websocket", "streaming", "sse", "polling"] as const)(
    "is told from its beginning to its end over %s",
    async (transport) => {
      const told = watch();
      const { client, socket } = await scene(transport);
      await client.say(event("héllo", 1));
      await told.next("wireway:event:in");
      socket.emit("reply", "x");
      await client.hearEvent();
      const session = client.answer.id as string;
      const connection = { session, connection: 1, transport };
      const own = { session, socket: socket.id, namespace: "/" };
      socket.disconnect(true);
      if (transport === "polling") await client.poll();
      const [close] = await told.next("wireway:session:close");
      await told.next("wireway:connection:close");
      expect(
        told.all.filter(([name]) => name !== "wireway:session:suspend" && name !== "wireway:session:close"),
      ).toEqual([
        ["wireway:session:open", { session, address: "127.0.0.1" }],
        ["wireway:connection:open", { ...connection, address: "127.0.0.1" }],
        ["wireway:socket:connect", { ...own, user: undefined }],
        ["wireway:event:in", { ...own, event: "héllo", bytes: 13 }],
        ["wireway:event:out", { ...own, event: "reply", bytes: 14 }],
        ["wireway:socket:disconnect", { ...own, reason: "closed" }],
        ["wireway:connection:close", { ...connection, reason: "closed", code: undefined }],
      ]);
      expect(close).toEqual({
        session,
        user: undefined,
        reason: "closed",
        by: "local",
        durationMs: expect.any(Number),
      });
      expect(close?.durationMs).toBeGreaterThan(0);
    },
  );

  it("is told as suspended and resumed, with how long it had no connection", async () => {
    const told = watch(
      "wireway:session:suspend",
      "wireway:session:resume",
      "wireway:connection:open",
      "wireway:connection:close",
    );
    const { base, client } = await scene("websocket");
    const session = client.answer.id as string;
    client.drop();
    await told.next("wireway:session:suspend");
    const again = dropped(await RawClient.dial(base, "streaming", { token: client.token, received: 1, first: 2 }));
    again.next = 2;
    await again.move();
    const [resume] = await told.next("wireway:session:resume");
    expect(resume).toEqual({ session, transport: "streaming", suspendedMs: expect.any(Number) });
    expect(resume?.suspendedMs).toBeGreaterThan(0);
    expect(told.all.map(([name]) => name)).toEqual([
      "wireway:connection:open",
      "wireway:connection:close",
      "wireway:session:suspend",
      "wireway:connection:open",
      "wireway:session:resume",
    ]);
    expect(told.of("wireway:connection:close")).toEqual([
      { session, connection: 1, transport: "websocket", reason: "lost", code: 1006 },
    ]);
  });

  it("tells a move while it had a connection as one without a pause, and the old connection as superseded, once", async () => {
    const told = watch("wireway:session:suspend", "wireway:session:resume", "wireway:connection:close");
    const { base, client } = await scene("websocket");
    const session = client.answer.id as string;
    const again = dropped(await RawClient.dial(base, "websocket", { token: client.token, received: 1, first: 2 }));
    again.next = 2;
    await again.move();
    await client.closed;
    await settled(again);
    expect(told.all).toEqual([
      [
        "wireway:connection:close",
        { session, connection: 1, transport: "websocket", reason: "superseded", code: undefined },
      ],
      ["wireway:session:resume", { session, transport: "websocket", suspendedMs: 0 }],
    ]);
  });
});

describe("what is told", () => {
  it("is every receiver of a broadcast, by its event's name", async () => {
    const { base, wireway, client } = await scene("websocket");
    const other = dropped(await RawClient.join(base, "websocket"));
    const told = watch("wireway:event:out");
    wireway.emit("news", { of: "today" });
    expect(await heardBy(client)).toEqual(await heardBy(other));
    const ids = [...wireway.sockets.keys()];
    expect(told.of("wireway:event:out").map(({ socket, event: name, bytes }) => [socket, name, bytes])).toEqual(
      ids.map((id) => [id, "news", 24]),
    );
  });

  it("is an event that another server emitted, at the server that has the receiver", async () => {
    const hub = new MemoryHub();
    const { wireway } = await startServer({ adapter: hub.adapter() });
    const { client, socket } = await scene("websocket", { adapter: hub.adapter() });
    const told = watch("wireway:event:out");
    wireway.emit("news", { of: "today" });
    expect(await client.hearEvent()).toEqual(["news", { of: "today" }]);
    expect(told.of("wireway:event:out")).toEqual([
      { session: client.answer.id, socket: socket.id, namespace: "/", event: "news", bytes: 24 },
    ]);
  });

  it("is who was not let into a namespace, without the application's words", async () => {
    const { wireway, client } = await scene("websocket");
    wireway.of("/a").use(async () => {
      throw new Refusal("not_invited", { message: "secret words", data: { secret: 1 } });
    });
    wireway.of("/b").use((_socket, pass) => pass(new Error("secret words")));
    const told = watch("wireway:socket:refuse");
    for (const namespace of ["/a", "/b", "/c"]) {
      await client.say(said({ type: "connect", namespace }));
      await client.hearMessage();
    }
    const session = client.answer.id;
    expect(told.all.map(([, message]) => message)).toEqual([
      { session, namespace: "/a", reason: "not_invited" },
      { session, namespace: "/b", reason: undefined },
      { session, namespace: "/c", reason: "unknown_namespace" },
    ]);
  });

  it("is a handler's error with its event, whether somebody listens to `error` or not", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
    onTestFinished(() => printed.mockRestore());
    const { wireway, client, socket } = await scene("websocket");
    const told = watch("wireway:error");
    const error = new Error("mine");
    socket.on("thrown", () => {
      throw error;
    });
    socket.on("rejected", () => Promise.reject(error));
    await client.say(event("thrown"));
    await settled(client);
    wireway.on("error", () => undefined);
    await client.say(event("rejected"));
    await settled(client);
    expect(told.all).toEqual(
      ["thrown", "rejected"].map((name) => [
        "wireway:error",
        { error, event: name, socket: socket.id, namespace: "/" },
      ]),
    );
    expect(printed).toHaveBeenCalledTimes(1);
  });

  it("is a request that was refused, and the limit that it met", async () => {
    const { base } = await scene("websocket", { maxSessions: 1 });
    const told = watch("wireway:request:refuse", "wireway:limit");
    await fetchRaw(`${base}?v=1&transport=polling`, {
      body: '0{"nonce":"0123456789abcdefghijkl","received":0,"first":1}',
    });
    await fetchRaw(`${base}?v=1&transport=websocket`, { method: "GET", headers: { origin: "https://evil.example" } });
    const address = "127.0.0.1";
    expect(told.all).toEqual([
      ["wireway:request:refuse", { code: "too_many_sessions", status: 503, method: "POST", address }],
      ["wireway:limit", { limit: "maxSessions", outcome: "refused", session: undefined, address }],
      ["wireway:request:refuse", { code: "origin_not_allowed", status: 403, method: "GET", address }],
    ]);
  });

  it("is a body that is too large", async () => {
    const { base } = await scene("websocket", { maxMessageBytes: 1_024, maxBodyBytes: 4_096 });
    const told = watch("wireway:limit");
    await fetchRaw(`${base}?v=1&transport=polling&request=send`, { body: "x".repeat(5_000) });
    const address = "127.0.0.1";
    expect(told.of("wireway:limit")).toEqual([
      { limit: "maxBodyBytes", outcome: "refused", session: undefined, address },
    ]);
  });

  it("is the end of a session by a message that is too large, and of one whose room others need", async () => {
    const one = await scene("websocket", { maxMessageBytes: 1_024 });
    const other = await scene("websocket", { maxSuspendedBytes: 1_000 });
    const told = watch("wireway:limit", "wireway:session:suspend", "wireway:session:close");
    await one.client.say(event("n", "x".repeat(2_000)));
    await told.next("wireway:session:close");
    other.client.drop();
    await told.next("wireway:session:suspend");
    other.socket.emit("n", "x".repeat(2_000));
    await next((listener) => other.socket.on("disconnect", listener as never));
    expect(told.of("wireway:limit").map(({ limit, outcome, session }) => [limit, outcome, session])).toEqual([
      ["maxMessageBytes", "closed", one.client.answer.id],
      ["maxSuspendedBytes", "closed", other.client.answer.id],
    ]);
  });

  it("is a dial over a WebSocket that there was no room for", async () => {
    const { base } = await scene("websocket", { maxSessions: 1 });
    const told = watch("wireway:limit");
    const client = dropped(new RawClient(base, "websocket"));
    await client.open({});
    await client.closed;
    expect(told.of("wireway:limit").map(({ limit, outcome }) => [limit, outcome])).toEqual([
      ["maxSessions", "refused"],
    ]);
  });

  it("is a rate that is nearly used up, and the end of a session that went on", async () => {
    const { client } = await scene("websocket", { sessionMessagesPerSecond: 2, rateBurstSeconds: 5 });
    const told = watch("wireway:limit", "wireway:session:close");
    for (let number = 0; number < 12; number++) await client.say(event("n", number));
    await client.closed;
    const limit = { limit: "sessionMessagesPerSecond", session: client.answer.id, address: undefined };
    expect(told.of("wireway:limit")).toEqual([
      { ...limit, outcome: "warned" },
      { ...limit, outcome: "closed" },
    ]);
    expect(told.of("wireway:session:close").map(({ reason }) => reason)).toEqual(["rate_limited"]);
  });

  it("is what a client that is behind does not get, and the end of one that stays behind", async () => {
    const { client, socket } = await scene("websocket", {
      maxUnconfirmedBytes: 8_192,
      maxMessageBytes: 4_096,
      volatileBytes: 1_024,
    });
    const session = client.answer.id;
    const told = watch("wireway:limit", "wireway:event:out");
    client.drop();
    while (socket.emit("n", "x".repeat(1_000)) || socket.connected) {
      socket.volatile.emit("v");
      if (told.of("wireway:limit").length > 0) break;
    }
    const disconnected = next((listener) => socket.on("disconnect", listener as never));
    for (let number = 0; number < 10; number++) socket.emit("n", "x".repeat(1_000));
    await disconnected;
    expect(told.of("wireway:limit")).toEqual([
      { limit: "volatileBytes", outcome: "dropped", session, address: undefined },
      { limit: "maxUnconfirmedBytes", outcome: "closed", session, address: undefined },
    ]);
    expect(told.of("wireway:event:out").filter(({ event: name }) => name === "v")).toEqual([]);
  });
});

describe("a subscriber", () => {
  it("that throws disturbs nobody but the process, in the next tick", async () => {
    const { client, socket } = await scene("websocket");
    const uncaught = next<[Error]>((listener) => process.once("uncaughtException", listener));
    // The runner listens too, and would fail.
    const others = process.listeners("uncaughtException").slice(0, -1);
    for (const other of others) process.off("uncaughtException", other);
    onTestFinished(() => {
      for (const other of others) process.on("uncaughtException", other);
    });
    const stop = subscribeDiagnostics({
      "wireway:event:in": () => {
        throw new Error("of a subscriber's");
      },
    });
    const heard = next<[number]>((listener) => socket.on("n", listener));
    await client.say(event("n", 7));
    expect(await heard).toEqual([7]);
    stop();
    expect((await uncaught)[0].message).toBe("of a subscriber's");
    expect(socket.connected).toBe(true);
  });
});

describe("without a subscriber", () => {
  /** Whoever looks at it finds out. */
  const untouchable = new Proxy(
    {},
    {
      get: (_target, name) => {
        throw new Error(`looked at ${String(name)}`);
      },
    },
  ) as never;
  const message = createMessage("");
  const calls: Partial<Record<DiagnosticName, () => unknown>> = {
    "wireway:connection:open": () => taps.tellOpen(untouchable, "", untouchable),
    "wireway:socket:connect": () => taps.tellConnect(untouchable, untouchable),
    "wireway:socket:refuse": () => taps.tellRefuse("/", untouchable, untouchable),
    "wireway:socket:disconnect": () => taps.tellDisconnect(untouchable, untouchable, untouchable),
    "wireway:event:in": () => taps.tellEventIn("n", untouchable, untouchable, untouchable),
    "wireway:event:out": () => taps.tellEventOut(message, "sent", untouchable, untouchable, untouchable),
    "wireway:limit": () => taps.tellLimit("volatileBytes", "dropped", untouchable),
    "wireway:request:refuse": () => taps.tellRequest(new Error("x"), untouchable),
    "wireway:error": () => taps.tellError(new Error("x"), untouchable),
  };

  it.each(Object.entries(calls))("nothing is looked at for %s", (name, call) => {
    expect(call()).toBe(undefined);
    const stop = subscribeDiagnostics({ [name]: () => undefined });
    onTestFinished(stop);
    expect(call).toThrow("looked at");
  });

  it("no message is published, whatever happens", async () => {
    const publish = vi.spyOn(Object.getPrototypeOf(channel("wireway:idle")) as { publish: () => void }, "publish");
    onTestFinished(() => publish.mockRestore());
    const { base, client, socket } = await scene("websocket");
    socket.on("n", () => {
      throw new Error("x");
    });
    errorReport({ has: () => true, call: () => undefined } as never)(new Error("x"), {});
    await heardBy(client);
    client.drop();
    const again = dropped(await RawClient.dial(base, "streaming", { token: client.token, received: 1, first: 2 }));
    again.next = 2;
    await again.move();
    await fetchRaw(base, { method: "GET" });
    socket.disconnect(true);
    await again.closed;
    const own = publish.mock.contexts.filter((one) => String((one as { name?: unknown }).name).startsWith("wireway:"));
    expect(own).toEqual([]);
    // Would be seen.
    channel("wireway:idle").publish({});
    expect(publish).toHaveBeenCalled();
  });
});
