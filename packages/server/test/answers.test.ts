// What comes back of an event: handlers' answers, their failures as answers, and acknowledgements that settle.

import type { WirewayError } from "@wireway/protocol";
import { type DisconnectDetails, type ErrorContext, Refusal, type Socket } from "@wireway/server";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { allTransports, event, RawClient, said } from "./raw-client.ts";
import { dropped, heardBy, joined, next, settled, startServer } from "./test-server.ts";

function asking(id: number, name: string, ...args: unknown[]): ReturnType<typeof event> {
  return said({ type: "event", namespace: "/", id, args: [name, ...args] });
}

const failure = (id: number, name: string) => ({
  type: "error",
  namespace: "/",
  id,
  data: { code: "handler_failed", event: name },
});

describe.each([
  [
    "throws",
    () => {
      throw new Error("secret detail");
    },
  ],
  ["rejects", async () => Promise.reject(new Error("secret detail"))],
])("a handler that %s", (_how, handler) => {
  it.each(allTransports)("answers over %s that it failed, and nothing of why", async (transport) => {
    const { base, wireway } = await startServer();
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    onTestFinished(() => void process.off("unhandledRejection", unhandled));
    wireway.on("connection", (socket) => void socket.on("n", handler));
    const reported = next<[Error, ErrorContext]>((listener) => wireway.on("error", listener as never));
    const client = dropped(await RawClient.join(base, transport));
    await client.say(asking(7, "n"));
    expect(await client.hearMessage()).toEqual(failure(7, "n"));
    const [error, { socket, event: name }] = await reported;
    expect([error.message, socket?.connected, name]).toEqual(["secret detail", true, "n"]);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("says nothing to a client that wants no answer", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const reported = next<[Error]>((listener) => wireway.on("error", listener as never));
    socket.on("n", handler);
    await client.say(event("n"));
    await reported;
    expect(await heardBy(client)).toEqual([]);
  });
});

it("a refusal that a handler throws is told with its reason and data, and is no failure to report", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const reported = vi.fn();
  wireway.on("error", reported);
  socket.on("n", async () => {
    throw new Refusal("not_a_member", { message: "members only", data: { join: "/join" } });
  });
  await client.say(asking(1, "n"), event("n"));
  const data = {
    code: "rejected",
    event: "n",
    message: "members only",
    reason: "not_a_member",
    data: { join: "/join" },
  };
  expect(await client.hearMessage()).toEqual({ type: "error", namespace: "/", id: 1, data });
  // Nobody waits for it: the client's sockets are warned.
  expect(await client.hearMessage()).toEqual({ type: "error", namespace: "/", data });
  expect(reported).not.toHaveBeenCalled();
});

it("a refusal whose data cannot be sent is told without", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  socket.on("n", () => {
    throw new Refusal("no", { data: 1n });
  });
  await client.say(asking(1, "n"));
  expect(await client.hearMessage()).toMatchObject({ id: 1, data: { code: "rejected", event: "n" } });
});

it("an answer that cannot be sent is a failure, for both sides", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const reports: unknown[] = [];
  wireway.on("error", (error) => void reports.push((error as WirewayError).code));
  socket.on("returned", () => 1n);
  socket.on("called", (answer: (value: unknown) => void) => answer(1n));
  await client.say(asking(1, "returned"), asking(2, "called"));
  expect([await client.hearMessage(), await client.hearMessage()]).toEqual([
    failure(1, "returned"),
    failure(2, "called"),
  ]);
  expect(reports).toEqual(["not_serializable", "not_serializable"]);
});

it("an answer is given once, whatever comes behind it", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  wireway.on("error", () => undefined);
  socket.on("n", (answer: (value: unknown) => void) => {
    answer("first");
    throw new Error("behind it");
  });
  socket.on("n", () => "second");
  await client.say(asking(1, "n"));
  expect(await heardBy(client)).toEqual(['31["first"]']);
});

describe.each(allTransports)("an acknowledgement over %s", (transport) => {
  it("settles with the answer, by time, by a signal, by what the client says of it, and at the latest with the socket", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
    const client = dropped(await RawClient.join(base, transport));
    const [socket] = await connected;
    const abort = new AbortController();
    const asks = {
      answered: socket.emitWithAck("n"),
      timed: socket.timeout(20).emitWithAck("n"),
      aborted: socket.with({ signal: abort.signal }).emitWithAck("n"),
      failed: socket.emitWithAck("n"),
      rejected: socket.emitWithAck("n"),
      late: socket.emitWithAck("n"),
    };
    const outcomes = Promise.allSettled(Object.values(asks));
    // Ids of sockets are even; odd ones are broadcasts'.
    await client.say(
      said({ type: "ack", namespace: "/", id: 0, args: ["yes"] }),
      said({ type: "error", namespace: "/", id: 6, data: { code: "handler_failed", event: "n" } }),
      said({ type: "error", namespace: "/", id: 8, data: { code: "rejected", event: "n", reason: "busy" } }),
    );
    await expect(asks.timed).rejects.toMatchObject({ code: "timed_out", details: { limit: 20 } });
    abort.abort();
    await Promise.allSettled([asks.answered, asks.rejected]);
    socket.disconnect();
    expect(await outcomes).toMatchObject([
      { value: "yes" },
      { reason: { code: "timed_out" } },
      { reason: { code: "aborted" } },
      { reason: { code: "handler_failed", fault: "remote", details: { name: "n" } } },
      { reason: { code: "rejected", details: { reason: "busy" } } },
      { reason: { code: "disconnected" } },
    ]);
    await expect(socket.with({ signal: abort.signal }).emitWithAck("n")).rejects.toMatchObject({ code: "aborted" });
  });
});

it("a callback gets the error in front behind timeout and with, and the answer alone elsewhere", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const calls: unknown[][] = [];
  const callback = (...given: unknown[]): void => void calls.push(given);
  socket.emit("n", callback);
  socket.volatile.emit("n", callback);
  socket.timeout(60_000).emit("n", callback);
  socket.with({ volatile: true }).emit("n", callback);
  socket.volatile.timeout(60_000).emit("n", callback);
  for (const id of [0, 2, 4, 6, 8]) await client.say(said({ type: "ack", namespace: "/", id, args: [id] }));
  await settled(client);
  expect(calls).toEqual([[0], [2], [undefined, 4], [undefined, 6], [undefined, 8]]);
  socket.emit("n", callback);
  socket.timeout(60_000).emit("n", callback);
  socket.disconnect();
  expect(calls.slice(5).map(([error]) => (error as WirewayError).code)).toEqual(["disconnected"]);
});

it("answers that come late, twice or for nothing are ignored", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  await expect(socket.timeout(5).emitWithAck("n")).rejects.toMatchObject({ code: "timed_out" });
  await client.say(
    said({ type: "ack", namespace: "/", id: 0, args: [] }),
    said({ type: "ack", namespace: "/", id: 0, args: [] }),
    said({ type: "ack", namespace: "/", id: 1, args: [] }),
    said({ type: "error", namespace: "/", id: 99, data: { code: "handler_failed" } }),
  );
  await settled(client);
  expect(socket.connected).toBe(true);
});

it("what a client complains of and nobody waits for is a warning", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const warned = next<[WirewayError]>((listener) => socket.on("warning", listener));
  await client.say(said({ type: "error", namespace: "/", data: { code: "invalid_arguments", event: "n", data: [] } }));
  expect((await warned)[0]).toMatchObject({ code: "invalid_arguments", details: { name: "n" } });
});

it("what was answered, and what was said before that, is not handed back as unconfirmed", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  const over = next<[string, DisconnectDetails]>((listener) => socket.on("disconnect", listener));
  socket.emit("before");
  const answered = socket.emitWithAck("asked");
  socket.emit("behind");
  await client.say(said({ type: "ack", namespace: "/", id: 0, args: [] }));
  await answered;
  expect(socket.bufferedBytes).toBeGreaterThan(0);
  socket.disconnect();
  expect((await over)[1].unconfirmed).toEqual([{ event: "behind", args: [] }]);
});
