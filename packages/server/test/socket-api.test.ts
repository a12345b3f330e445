// The smaller things that an application holds in its hands, at the server's end.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { closeCodes, encodeEnvelope, jsonCodec } from "@wireway/protocol";
import { msgpackCodec } from "@wireway/protocol/msgpack";
import {
  type Authenticate,
  type Middleware as ConnectionMiddleware,
  type DisconnectDetails,
  Refusal,
  Server,
  type ServerOptions,
  type Socket,
} from "@wireway/server";
import { expect, it, onTestFinished, vi } from "vitest";
import { patienceMs } from "./patience.ts";
import { allTransports, event, joining, RawClient, said } from "./raw-client.ts";
import { dropped, heardBy, joined, next, settled, startServer } from "./test-server.ts";

it("on and once return their undo, and stop by a signal", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const abort = new AbortController();
  const { signal } = abort;
  const [on, once, any, later] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
  socket.on("n", on, { signal });
  const undo = socket.once("n", once, { signal });
  socket.onAny(any, { signal });
  undo();
  await client.say(event("n", 1));
  await settled(client);
  abort.abort();
  socket.on("n", later, { signal });
  await client.say(event("n", 2));
  await settled(client);
  expect([on.mock.calls, once.mock.calls, any.mock.calls, later.mock.calls]).toEqual([[[1]], [], [["n", 1]], []]);
});

it("off without an event stops all listeners", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const heard = vi.fn();
  socket.on("n", heard);
  socket.onAny(heard);
  socket.off();
  await client.say(event("n"));
  await settled(client);
  expect(heard).not.toHaveBeenCalled();
});

it("send emits the event message", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  socket.send("hello", 1);
  socket.volatile.send("again");
  expect(await heardBy(client)).toEqual(['2["message","hello",1]', '2["message","again"]']);
});

it("onAnyOutgoing hears what goes out, of broadcasts too, until offAnyOutgoing", async () => {
  const { base, wireway } = await startServer();
  const [, socket] = await joined(base, wireway);
  const said = vi.fn();
  socket.onAnyOutgoing(said);
  socket.emit("n", 1, () => undefined);
  wireway.emit("all", new Date(0));
  wireway.except(socket.id).emit("others");
  expect(() => socket.emit("n", 1n)).toThrow();
  socket.offAnyOutgoing(said);
  socket.emit("n", 2);
  expect(said.mock.calls).toEqual([
    ["n", 1],
    ["all", "1970-01-01T00:00:00.000Z"],
  ]);
});

it("events come one by one in a loop that ends with the socket", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const events = socket.events("chat");
  await client.say(event("chat", "one"), event("other"), event("chat", "two"));
  await settled(client);
  await client.leave();
  await client.closed;
  const heard: unknown[] = [];
  for await (const [text] of events) heard.push(text);
  expect(heard).toEqual(["one", "two"]);
});

it("a loop ends by its signal, and fails when too much waits for it", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const abort = new AbortController();
  const aborted = socket.events("chat", { signal: abort.signal });
  const slow = socket.events("chat", { maxWaiting: 1 });
  await client.say(event("chat", 1), event("chat", 2));
  await settled(client);
  abort.abort();
  const heard: unknown[] = [];
  for await (const [number] of aborted) heard.push(number);
  expect(heard).toEqual([1, 2]);
  await expect(slow.next()).rejects.toMatchObject({ code: "too_many_waiting", details: { name: "chat", limit: 1 } });
});

it("await using ends the socket", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  await socket[Symbol.asyncDispose]();
  expect(socket.connected).toBe(false);
  expect(await heardBy(client)).toEqual(["1"]);
});

it("await using ends the server, and leaves an HTTP server alone that it did not open", async () => {
  const http = createServer((_request, response) => response.end("other"));
  onTestFinished(() => void http.close());
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", () => resolve()));
  const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  {
    await using wireway = new Server();
    wireway.attach(http);
    const refused = await fetch(`${base}/wireway/`);
    expect(refused.status).toBe(400);
  }
  expect(await (await fetch(base)).text()).toBe("other");
});

it("disconnecting still sees the rooms, and others can be told there; disconnect sees none", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const [other, otherSocket] = await joined(base, wireway);
  socket.join("red");
  otherSocket.join("red");
  const told: unknown[] = [];
  socket.on("disconnecting", (reason, { code }) => {
    told.push([reason, code, [...socket.rooms]]);
    socket.to("red").emit("gone");
  });
  const over = next<[string, DisconnectDetails]>((listener) => socket.on("disconnect", listener));
  await client.leave();
  const [reason, { code }] = await over;
  expect(told).toEqual([["closed", closeCodes.closed.code, [socket.id, "red"]]]);
  expect([reason, code, socket.rooms.size]).toEqual(["closed", closeCodes.closed.code, 0]);
  expect(await heardBy(other)).toEqual(['2["gone"]']);
});

it("a middleware hands data over to the client, which has it from the beginning", async () => {
  const { base, wireway } = await startServer();
  wireway.use((socket, go) => {
    socket.clientData = { name: "Ada" };
    go();
  });
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
  await client.move();
  expect(await client.hearMessage()).toMatchObject({ type: "connect", data: { data: { name: "Ada" } } });
});

it("what cannot be handed over refuses the client, and is reported", async () => {
  const { base, wireway } = await startServer();
  const reported = next<[{ code: string }]>((listener) => wireway.on("error", listener as never));
  wireway.use((socket, go) => {
    socket.clientData = 1n;
    go();
  });
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
  await client.move();
  expect(await client.hearMessage()).toMatchObject({ type: "connect_error", data: { message: "refused" } });
  expect([(await reported)[0].code, wireway.sockets.size]).toEqual(["not_serializable", 0]);
});

it.each([
  ["refused", new Error("no")],
  ["over before it was asked about", undefined],
])("loops over the events of a socket that was %s end", async (_how, no) => {
  const { base, wireway } = await startServer();
  const ended: Promise<unknown>[] = [];
  const sockets: Socket[] = [];
  wireway.use((socket, go) => {
    sockets.push(socket);
    ended.push(socket.events("chat").next());
    if (no) go(no);
    else socket.disconnect();
  });
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
  await client.move();
  await client.hearMessage();
  expect(await Promise.all(ended)).toEqual([{ done: true, value: undefined }]);
  for (const socket of sockets) expect(await socket.events("chat").next()).toEqual({ done: true, value: undefined });
});

it("a loop over events that begins when the socket has ended ends at once", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const over = next((listener) => socket.on("disconnect", listener));
  await client.leave();
  await over;
  const heard: unknown[] = [];
  for await (const args of socket.events("chat")) heard.push(args);
  expect(heard).toEqual([]);
});

const unsendable = new Refusal("no_entry", { message: "not today", data: 1n, retryAfterMs: 5_000 });
const sendable = { message: "not today", reason: "no_entry", retryAfterMs: 5_000 };

it.each<[string, ServerOptions, ConnectionMiddleware?]>([
  ["authenticate", { authenticate: () => Promise.reject(unsendable) }],
  ["a middleware that calls next", {}, (_socket, go) => go(unsendable)],
  ["a middleware that rejects", {}, (_socket, _go) => Promise.reject(unsendable)],
])("a refusal by %s whose data cannot be sent tells the rest, and is reported", async (_who, options, middleware) => {
  const { base, wireway } = await startServer(options);
  const reported = next<[{ code: string }]>((listener) => wireway.on("error", listener as never));
  if (middleware) wireway.use(middleware);
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
  await client.move();
  expect(await client.hearMessage()).toEqual({ type: "connect_error", namespace: "/", data: sendable });
  expect((await reported)[0].code).toBe("not_serializable");
});

it("new auth that is refused with what cannot be sent is answered with the rest", async () => {
  let asked = 0;
  const authenticate: Authenticate = () => {
    if (asked++ > 0) throw unsendable;
    return { user: "ada" };
  };
  const { base, wireway } = await startServer({ authenticate });
  const reported = next<[{ code: string }]>((listener) => wireway.on("error", listener as never));
  const [client] = await joined(base, wireway);
  await client.say(said({ type: "authenticate", namespace: "/", id: 7, data: {} }));
  const data = { code: "refused", ...sendable };
  expect(await client.hearMessage()).toEqual({ type: "error", namespace: "/", id: 7, data });
  expect((await reported)[0].code).toBe("not_serializable");
});

it.each(allTransports)(
  "a client with another codec is told so over %s, and only its session ends",
  async (transport) => {
    const { base, wireway } = await startServer();
    const over = next<[string]>((listener) =>
      wireway.once("connection", (socket) => void socket.on("disconnect", listener)),
    );
    const client = dropped(await RawClient.join(base, transport));
    const data = msgpackCodec.encode({ type: "event", namespace: "/", args: ["n"] });
    await client.say({ type: "message", data });
    expect((await over)[0]).toBe("codec_mismatch");
  },
);

it("the codec of the options writes and reads everything, answers and complaints too", async () => {
  const { base, wireway } = await startServer({ codec: msgpackCodec });
  const client = dropped(new RawClient(base, "websocket"));
  const says = (envelope: Parameters<typeof msgpackCodec.encode>[0]) =>
    ({ type: "message", data: msgpackCodec.encode(envelope) }) as const;
  wireway.on("connection", (socket) => {
    socket.on("twice", (value: number) => value * 2);
    socket.emit("hello", new Uint8Array([1, 2]));
  });
  wireway.on("error", () => undefined);
  const dialled = await RawClient.dial(base, "websocket", { behind: [says({ type: "connect", namespace: "/" })] });
  dropped(dialled);
  dialled.next = 2;
  await dialled.move(says({ type: "event", namespace: "/", id: 1, args: ["twice", 4] }));
  await vi.waitFor(() => expect(dialled.messages.length).toBe(3), patienceMs);
  expect(dialled.messages.map((data) => msgpackCodec.decode(data))).toMatchObject([
    { type: "connect", namespace: "/" },
    { type: "event", args: ["hello", new Uint8Array([1, 2])] },
    { type: "ack", id: 1, args: [8] },
  ]);
  void client;
});

it("one that speaks JSON to a server with another codec is told so", async () => {
  const { base } = await startServer({ codec: msgpackCodec });
  const client = dropped(await RawClient.dial(base, "websocket"));
  await client.move(said({ type: "connect", namespace: "/" }));
  const { data } = await client.hear("close");
  expect(JSON.parse(data as string)).toMatchObject({ code: closeCodes.codec_mismatch.code });
  expect(jsonCodec.encode({ type: "connect", namespace: "/" })).toBe(
    encodeEnvelope({ type: "connect", namespace: "/" }),
  );
});
