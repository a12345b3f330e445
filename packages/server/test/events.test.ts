// The application's side: who hears what, in which order, and what becomes of handlers that fail.

import { createMessage, encodeEnvelope, WirewayError } from "@wireway/protocol";
import type { ErrorContext, Namespace, Server, Socket } from "@wireway/server";
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { patienceMs } from "./patience.ts";
import { event, joining, RawClient, said } from "./raw-client.ts";
import { dropped, heardBy, joined, next, settled, startServer } from "./test-server.ts";

describe("rooms", () => {
  it("bring an event to those who are in, each once", async () => {
    const { base, wireway } = await startServer();
    const [[a, socketA], [b, socketB], [c]] = [
      await joined(base, wireway),
      await joined(base, wireway),
      await joined(base, wireway),
    ];
    socketA.join(["red", "blue"]);
    socketB.join("blue");
    wireway.to("red").emit("n", 1);
    wireway.to(["red", "blue"]).emit("n", 2);
    wireway.in("blue").except("red").emit("n", 3);
    wireway.emit("n", 4);
    wireway.except(["red", "blue"]).emit("n", 5);
    wireway.to("nobody").emit("n", 6);
    wireway.to(socketB.id).emit("n", 7);
    socketA.to("blue").emit("n", 8);
    socketA.broadcast.emit("n", 9);
    socketA.except("blue").emit("n", 10);
    expect(await heardBy(a)).toEqual(['2["n",1]', '2["n",2]', '2["n",4]']);
    expect(await heardBy(b)).toEqual(['2["n",2]', '2["n",3]', '2["n",4]', '2["n",7]', '2["n",8]', '2["n",9]']);
    expect(await heardBy(c)).toEqual(['2["n",4]', '2["n",5]', '2["n",9]', '2["n",10]']);
  });

  it("vanish when the last one leaves", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    socket.join("red");
    expect([...socket.rooms]).toEqual([socket.id, "red"]);
    socket.leave("red");
    wireway.to("red").emit("n", 1);
    socket.disconnect();
    expect(socket.rooms.size).toBe(0);
    socket.join("red");
    expect(socket.rooms.size).toBe(0);
    expect(await heardBy(client)).toEqual(["1"]);
  });

  it("must be named by strings", async () => {
    const { base, wireway } = await startServer();
    const [, socket] = await joined(base, wireway);
    expect(() => socket.join(5 as unknown as string)).toThrow("room must be a string");
  });

  it("encode an event once, however many are in", async () => {
    const { base, wireway } = await startServer();
    const clients = [await joined(base, wireway), await joined(base, wireway), await joined(base, wireway)];
    const toJSON = vi.fn(() => "value");
    wireway.emit("n", { toJSON });
    expect(toJSON).toHaveBeenCalledTimes(1);
    for (const [client] of clients) expect(await heardBy(client)).toEqual(['2["n","value"]']);
  });
});

describe("namespaces", () => {
  it("are apart, over one connection", async () => {
    const { base, wireway } = await startServer();
    const admin = wireway.of("/admin");
    admin.on("connection", (socket) => socket.on("echo", (value: number) => value + 1));
    const [client, socket] = await joined(base, wireway);
    await client.say(said({ type: "connect", namespace: "/admin", data: { key: "k" } }));
    const admission = await client.hearMessage();
    const adminSocket = [...admin.sockets.values()][0] as Socket;
    expect(admission).toEqual({ type: "connect", namespace: "/admin", data: { sid: adminSocket.id } });
    expect(adminSocket.id).not.toBe(socket.id);
    expect(adminSocket.handshake.auth).toEqual({ key: "k" });
    await client.say(said({ type: "event", namespace: "/admin", id: 0, args: ["echo", 1] }));
    expect(await client.hearMessage()).toEqual({ type: "ack", namespace: "/admin", id: 0, args: [2] });
    admin.emit("n", 1);
    wireway.emit("n", 2);
    expect(await heardBy(client)).toEqual(['2/admin,["n",1]', '2["n",2]']);
    adminSocket.disconnect();
    expect([adminSocket.connected, socket.connected]).toEqual([false, true]);
    expect(await heardBy(client)).toEqual(["1/admin,"]);
  });

  it("that nobody asked for do not exist, and what the client sent there is ignored", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    await client.say(
      said({ type: "connect", namespace: "/__proto__" }),
      said({ type: "event", namespace: "/__proto__", args: ["early"] }),
    );
    expect(await client.hearMessage()).toEqual({
      type: "connect_error",
      namespace: "/__proto__",
      data: { message: "unknown_namespace" },
    });
    await settled(client);
    expect(socket.connected).toBe(true);
  });

  it("let a client leave and come back as another socket", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const disconnected = next<[string, { message: string }]>((listener) => socket.on("disconnect", listener));
    const again = next<[Socket]>((listener) => wireway.once("connection", listener));
    await client.say(said({ type: "disconnect", namespace: "/" }), joining);
    const [reason, { message }] = await disconnected;
    expect([reason, message]).toEqual(["closed", "the client left the namespace"]);
    expect((await again)[0].id).not.toBe(socket.id);
    expect(socket.emit("late")).toBe(false);
  });

  it("cannot be joined twice", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const disconnected = next<[string]>((listener) => socket.on("disconnect", listener));
    await client.say(joining);
    expect((await disconnected)[0]).toBe("protocol_error");
  });

  it("are limited for one client", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const disconnected = next<[string]>((listener) => socket.on("disconnect", listener));
    for (let number = 0; number < 300; number++) await client.say(said({ type: "connect", namespace: `/${number}` }));
    expect((await disconnected)[0]).toBe("protocol_error");
  });

  it("have names that the wire can carry", async () => {
    const { wireway } = await startServer();
    expect(() => wireway.of("admin")).toThrow(WirewayError);
    expect(() => wireway.of("/a,b")).toThrow(WirewayError);
    expect(wireway.of("/__proto__")).toBe(wireway.of("/__proto__"));
  });
});

describe("middleware", () => {
  it("runs in order, and sees who comes before anybody else does", async () => {
    const { base, wireway } = await startServer();
    const order: string[] = [];
    wireway.use(async (socket, next) => {
      await Promise.resolve();
      order.push(`first ${socket.connected}`);
      socket.data["user"] = "ada";
      next();
    });
    wireway.use((_socket, next) => {
      order.push("second");
      next();
    });
    wireway.on("connection", (socket) => void order.push(`connection ${String(socket.data["user"])}`));
    await joined(base, wireway);
    expect(order).toEqual(["first false", "second", "connection ada"]);
  });

  it("refuses with an error's message and data, and the client's events are ignored", async () => {
    const { base, wireway } = await startServer();
    wireway.use((_socket, next) => next(Object.assign(new Error("not you"), { data: { retry: false } })));
    const connection = vi.fn();
    wireway.on("connection", connection);
    const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining, event("early")] }));
    client.next = 3;
    await client.move();
    expect(await client.hearMessage()).toEqual({
      type: "connect_error",
      namespace: "/",
      data: { message: "not you", data: { retry: false } },
    });
    await settled(client);
    expect(connection).not.toHaveBeenCalled();
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("secret detail");
      },
    ],
    ["rejects", () => Promise.reject(new Error("secret detail"))],
  ])("that %s refuses without words, and is reported", async (_how, middleware) => {
    const { base, wireway } = await startServer();
    const reported = next<[unknown, ErrorContext]>((listener) => wireway.on("error", listener));
    wireway.use(middleware);
    const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
    await client.move();
    expect(await client.hearMessage()).toMatchObject({ type: "connect_error", data: { message: "refused" } });
    expect((await reported)[0]).toEqual(new Error("secret detail"));
  });

  it("does not let in a client that left while it ran", async () => {
    const { base, wireway } = await startServer();
    let letIn = (): void => undefined;
    const asked = next<[Socket]>((listener) =>
      wireway.use((socket, next) => {
        letIn = next;
        listener(socket);
      }),
    );
    const connection = vi.fn();
    wireway.on("connection", connection);
    const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
    client.next = 2;
    await client.move(said({ type: "disconnect", namespace: "/" }));
    await asked;
    await settled(client);
    letIn();
    expect(await heardBy(client)).toEqual([]);
    expect([connection.mock.calls.length, wireway.sockets.size]).toEqual([0, 0]);
  });
});

describe("events", () => {
  it("wait in order for a connection handler that is still running", async () => {
    const { base, wireway } = await startServer();
    let release = (): void => undefined;
    const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
    const heard: unknown[] = [];
    wireway.on("connection", async (socket) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      socket.on("n", (number: number) => void heard.push(number));
      socket.on("disconnect", (reason) => void heard.push(reason));
    });
    const client = dropped(await RawClient.join(base, "websocket"));
    const [socket] = await connected;
    await client.say(event("n", 1), event("n", 2));
    await settled(client);
    expect(heard).toEqual([]);
    // The client's own answers do not wait: the handler may be waiting for one.
    const answer = socket.emitWithAck("question");
    await client.say(said({ type: "ack", namespace: "/", id: 0, args: ["answer"] }));
    expect(await answer).toBe("answer");
    await client.leave();
    await client.closed;
    release();
    await vi.waitFor(() => expect(heard).toEqual([1, 2, "closed"]), patienceMs);
  });

  it("are heard by all, by those who want the next one only, and no more after off", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const [all, on, once, off] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
    socket.onAny(all);
    const undo = socket.on("n", on);
    socket.once("n", once);
    socket.on("n", off);
    socket.off("n", off);
    await client.say(event("n", 1), event("n", 2));
    await settled(client);
    undo();
    await client.say(event("n", 3));
    await settled(client);
    expect(all.mock.calls).toEqual([
      ["n", 1],
      ["n", 2],
      ["n", 3],
    ]);
    expect(on.mock.calls).toEqual([[1], [2]]);
    expect(once.mock.calls).toEqual([[1]]);
    expect(off).not.toHaveBeenCalled();
  });

  it("that a handler fails at are reported, and the next ones are heard", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const reports: [unknown, ErrorContext][] = [];
    wireway.on("error", (...report) => void reports.push(report));
    const after = vi.fn();
    socket.on("throw", () => {
      throw new Error("thrown");
    });
    socket.on("reject", async () => Promise.reject(new Error("rejected")));
    socket.on("throw", after);
    await client.say(said({ type: "event", namespace: "/", id: 1, args: ["throw"] }), event("reject"));
    await settled(client);
    expect(reports).toEqual([
      [new Error("thrown"), { socket, event: "throw" }],
      [new Error("rejected"), { socket, event: "reject" }],
    ]);
    expect(after).toHaveBeenCalledTimes(1);
  });

  it("print a failure when nobody listens for it", async () => {
    const { base, wireway } = await startServer();
    const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const [client, socket] = await joined(base, wireway);
    socket.on("throw", () => {
      throw new Error("thrown");
    });
    await client.say(event("throw"));
    await settled(client);
    expect(print).toHaveBeenCalledWith(expect.stringContaining("throw"), new Error("thrown"));
    print.mockRestore();
  });

  it("are acknowledged once, by the function or by what is returned", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    socket.on("call", (answer: (...args: unknown[]) => void) => {
      answer("one", 2);
      answer("again");
      return "ignored";
    });
    socket.on("nothing", () => undefined);
    await client.say(
      said({ type: "event", namespace: "/", id: 5, args: ["call"] }),
      said({ type: "event", namespace: "/", id: 6, args: ["nothing"] }),
    );
    expect(await heardBy(client)).toEqual(['35["one",2]']);
  });

  it("report a returned acknowledgement that cannot be sent", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const reported = next<[unknown]>((listener) => wireway.on("error", listener));
    socket.on("call", () => 1n);
    await client.say(said({ type: "event", namespace: "/", id: 5, args: ["call"] }));
    expect((await reported)[0]).toMatchObject({ code: "not_serializable" });
    expect(socket.connected).toBe(true);
  });
});

it("survives a message nested as deeply as it is long", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const reported = next<[unknown]>((listener) => wireway.on("error", listener));
  socket.on("deep", (value: unknown) => void socket.emit("deep", value));
  await client.say({ type: "message", data: `2["deep",${"[".repeat(500_000)}${"]".repeat(500_000)}]` });
  expect((await reported)[0]).toMatchObject({ code: "not_serializable" });
  await settled(client);
  expect(socket.connected).toBe(true);
});

describe("emit", () => {
  it("refuses a message over the limit and names both sizes", async () => {
    const { base, wireway } = await startServer({ maxMessageBytes: 2_000 });
    const [client, socket] = await joined(base, wireway);
    const size = createMessage(encodeEnvelope({ type: "event", namespace: "/", args: ["n", "x".repeat(2_000)] })).bytes;
    for (const emit of [() => socket.emit("n", "x".repeat(2_000)), () => wireway.emit("n", "x".repeat(2_000))]) {
      expect(emit).toThrow(`message is ${size} bytes, the limit is 2000`);
    }
    expect(() => socket.emit("n", "x".repeat(2_000), () => undefined)).toThrow("the limit is 2000");
    await expect(socket.emitWithAck("n", "x".repeat(2_000))).rejects.toThrow("the limit is 2000");
    expect(await heardBy(client)).toEqual([]);
    expect(socket.connected).toBe(true);
  });

  it("refuses names of its own and values that JSON cannot hold", async () => {
    const { base, wireway } = await startServer();
    const [, socket] = await joined(base, wireway);
    expect(() => socket.emit("disconnect")).toThrow("reserved");
    expect(() => socket.emit(5 as unknown as string)).toThrow(WirewayError);
    expect(() => socket.emit("n", 1n)).toThrow(expect.objectContaining({ code: "not_serializable" }));
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => wireway.emit("n", cycle)).toThrow(expect.objectContaining({ code: "not_serializable" }));
  });

  it("says when the client is behind", async () => {
    const { base, wireway } = await startServer({ highWaterBytes: 1_000 });
    const [, socket] = await joined(base, wireway);
    expect(socket.emit("n", "x".repeat(100))).toBe(true);
    expect(socket.emit("n", "x".repeat(1_000))).toBe(false);
    expect(wireway.emit("n")).toBe(false);
    expect(socket.bufferedBytes).toBeGreaterThan(1_000);
  });

  it("fails acknowledgements that do not come in time, or not at all", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    await expect(socket.timeout(50).emitWithAck("n")).rejects.toMatchObject({ code: "timed_out" });
    const told = next<[WirewayError | undefined, unknown]>((listener) => void socket.timeout(50).emit("n", listener));
    expect((await told)[0]?.code).toBe("timed_out");
    const answered = next<[WirewayError | undefined, unknown]>(
      (listener) => void socket.timeout(60_000).emit("n", listener),
    );
    await client.say(said({ type: "ack", namespace: "/", id: 4, args: ["yes"] }));
    expect(await answered).toEqual([undefined, "yes"]);
    const pending = socket.emitWithAck("n");
    client.drop();
    socket.disconnect();
    await expect(pending).rejects.toMatchObject({ code: "disconnected" });
    await expect(socket.emitWithAck("n")).rejects.toMatchObject({ code: "disconnected" });
    expect(() => socket.timeout(Number.NaN)).toThrow("timeoutMs");
  });

  it("reports an acknowledgement callback that throws", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const reported = next<[unknown, ErrorContext]>((listener) => wireway.on("error", listener));
    socket.emit("n", () => {
      throw new Error("thrown");
    });
    await client.say(said({ type: "ack", namespace: "/", id: 0, args: [] }));
    expect(await reported).toEqual([new Error("thrown"), { socket, event: "n" }]);
  });

  it("is ignored inside the session when an acknowledgement comes for nothing", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    await client.say(said({ type: "ack", namespace: "/", id: 99, args: [] }));
    await settled(client);
    expect(socket.connected).toBe(true);
  });
});

it("keeps of the handshake what an application needs", async () => {
  const { base, wireway } = await startServer();
  const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
  dropped(await RawClient.join(base, "polling", { cookie: "a=b", origin: new URL(base).origin }));
  const { handshake } = (await connected)[0];
  expect(handshake).toMatchObject({
    url: "/wireway/?v=1&transport=polling",
    address: "127.0.0.1",
    secure: false,
    origin: new URL(base).origin,
    auth: {},
  });
  expect(handshake.headers.cookie).toBe("a=b");
  expect(Math.abs(Date.now() - handshake.time)).toBeLessThan(60_000);
});

it("types events from the application's description, and needs none", () => {
  interface In {
    chat(text: string): void;
    add(a: number, b: number): number;
  }
  interface Out {
    said(text: string, by: number): void;
    ask(question: string, answer: (yes: boolean) => void): void;
  }
  interface Between {
    moved(shard: number): string;
  }
  interface Data {
    name: string;
  }
  const check = (typed: Server<In, Out, Between, Data>, plain: Server): void => {
    typed.on("connection", (socket) => {
      socket.on("chat", (text) => expectTypeOf(text).toEqualTypeOf<string>());
      socket.on("add", (a, b) => a + b);
      // @ts-expect-error no such event
      socket.on("unknown", () => undefined);
      socket.emit("said", "hello", 1);
      // @ts-expect-error an argument is missing
      socket.emit("said", "hello");
      expectTypeOf(socket.emitWithAck("ask", "why")).toEqualTypeOf<Promise<boolean>>();
      socket.timeout(1).emit("ask", "why", (error, yes) => {
        expectTypeOf(error).toEqualTypeOf<WirewayError | undefined>();
        expectTypeOf(yes).toEqualTypeOf<boolean | undefined>();
      });
      typed.to("room").emit("ask", "no callback here");
      expectTypeOf(socket.data).toEqualTypeOf<Data>();
    });
    typed.use((socket, next) => {
      socket.data.name = "Ada";
      // @ts-expect-error a name is a text
      socket.data.name = 1;
      next();
    });
    expectTypeOf(typed.of("/admin")).toEqualTypeOf<Namespace<In, Out, Between, Data>>();
    expectTypeOf(typed.of<Out, In>("/admin")).toEqualTypeOf<Namespace<Out, In, Between, Data>>();
    plain.on("connection", (socket) => {
      socket.on("chat", (text: string) => socket.emit("anything", text, 1, { a: 2 }));
      socket.on("disconnect", (reason, { unconfirmed }) => void [reason, unconfirmed[0]?.event]);
      expectTypeOf(socket.data).toEqualTypeOf<Record<string, unknown>>();
    });
  };
  expect(check).toBeTypeOf("function");
});
