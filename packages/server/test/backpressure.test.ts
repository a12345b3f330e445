// A client that is behind: what the application is told, what is dropped and what waits.

import type { ServerOptions, Socket } from "@wireway/server";
import { describe, expect, it, vi } from "vitest";
import { patienceMs } from "./patience.ts";
import { allTransports, RawClient, type TransportName } from "./raw-client.ts";
import { dropped, heardBy, joined, next, settled, startServer } from "./test-server.ts";

const large = "x".repeat(60_000);

interface Stalled {
  readonly client: RawClient;
  readonly socket: Socket;
}

/** A client that has stopped reading, and to which much is under way. */
async function stalled(transport: TransportName, options: ServerOptions = {}): Promise<Stalled> {
  const { base, wireway } = await startServer(options);
  const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
  const client = dropped(await RawClient.join(base, transport));
  const [socket] = await connected;
  client.pause();
  for (let count = 0; count < 4; count++) socket.emit("filler", large);
  return { client, socket };
}

/** Reads again, and confirms until the server has nothing left to say. @returns the texts of what came behind the filler. */
async function caughtUp({ client, socket }: Stalled): Promise<string[]> {
  client.resume();
  const heard: string[] = [];
  while (socket.bufferedBytes > 0) {
    if (client.transport === "polling") await client.poll();
    await client.say({ type: "noop", data: String(client.received) });
    await new Promise((resolve) => setImmediate(resolve));
    heard.push(...client.messages.splice(0).map(String));
  }
  return heard.filter((text) => !text.includes("filler"));
}

describe.each(allTransports)("over %s", (transport) => {
  it("emit returns false above highWaterBytes, and drain and drained tell when that is over", async () => {
    const one = await stalled(transport, { highWaterBytes: 300_000 });
    const { socket } = one;
    await expect(socket.drained()).resolves.toBeUndefined();
    const drain = vi.fn();
    socket.on("drain", drain);
    expect(socket.emit("n", large)).toBe(false);
    expect(socket.bufferedBytes).toBeGreaterThan(300_000);
    const waiting = socket.drained();
    expect(drain).not.toHaveBeenCalled();
    await caughtUp(one);
    await waiting;
    expect(drain).toHaveBeenCalledTimes(1);
    expect(socket.emit("n", 1)).toBe(true);
  });

  it("volatile events are dropped while the client is behind, and only then", async () => {
    const one = await stalled(transport);
    const { socket } = one;
    expect(socket.volatile.emit("dropped", 1)).toBe(false);
    await expect(socket.volatile.emitWithAck("dropped", 2)).rejects.toMatchObject({ code: "dropped" });
    expect(await caughtUp(one)).toEqual([]);
    expect(socket.volatile.emit("heard", 3)).toBe(true);
    expect(await caughtUp(one)).toEqual(['2["heard",3]']);
  });

  it("whoever asks again at once what was dropped lets everybody else go on", async () => {
    const { socket } = await stalled(transport);
    let isOver = false;
    setTimeout(() => {
      isOver = true;
    });
    let tries = 0;
    for (; !isOver && tries < 100_000; tries++) await socket.volatile.emitWithAck("n").catch(() => undefined);
    expect(tries).toBeLessThan(100_000);
  });

  it("of each key only the newest waits", async () => {
    const one = await stalled(transport);
    const { socket } = one;
    for (let price = 1; price <= 1_000; price++) {
      expect(socket.with({ coalesce: "price:AAPL" }).emit("price", "AAPL", price)).toBe(true);
      expect(socket.with({ coalesce: "price:MSFT" }).emit("price", "MSFT", -price)).toBe(true);
    }
    expect(await caughtUp(one)).toEqual(['2["price","AAPL",1000]', '2["price","MSFT",-1000]']);
    socket.with({ coalesce: "price:AAPL" }).emit("price", "AAPL", 1);
    socket.with({ coalesce: "price:AAPL" }).emit("price", "AAPL", 2);
    expect(await caughtUp(one)).toEqual(['2["price","AAPL",1]', '2["price","AAPL",2]']);
  });

  it("whoever waits for the answer of an event that gave way is told", async () => {
    const one = await stalled(transport);
    const { socket } = one;
    const ask = (number: number): Promise<unknown> =>
      socket
        .with({ coalesce: "key" })
        .emitWithAck("ask", number)
        .catch(({ code }: { code: string }) => code);
    const first = ask(1);
    void ask(2);
    expect(await first).toBe("dropped");
    expect(await caughtUp(one)).toEqual([expect.stringMatching(/^2\d+\["ask",2\]$/)]);
  });

  it("dropOldestVolatile lets volatile events wait, and the oldest give way", async () => {
    const one = await stalled(transport, { whenBehind: "dropOldestVolatile", volatileBytes: 2_000 });
    const { socket } = one;
    for (let number = 1; number <= 100; number++) expect(socket.volatile.emit("n", number)).toBe(true);
    const heard = await caughtUp(one);
    expect(heard.length).toBeGreaterThan(10);
    expect(heard.length).toBeLessThan(40);
    expect(heard.at(-1)).toBe('2["n",100]');
    expect(heard).toEqual(Array.from(heard, (_, index) => `2["n",${101 - heard.length + index}]`));
  });

  it("dropOldestVolatile drops what is larger than all that may wait, and nothing else for it", async () => {
    const one = await stalled(transport, { whenBehind: "dropOldestVolatile", volatileBytes: 2_000 });
    const { socket } = one;
    expect(socket.volatile.emit("n", 1)).toBe(true);
    expect(socket.volatile.emit("n", "x".repeat(2_000))).toBe(false);
    expect(await caughtUp(one)).toEqual(['2["n",1]']);
  });

  it("coalesce lets the newest of each event's name wait", async () => {
    const one = await stalled(transport, { whenBehind: "coalesce" });
    const { socket } = one;
    for (let number = 1; number <= 100; number++) {
      socket.volatile.emit("a", number);
      socket.volatile.emit("b", -number);
    }
    expect(await caughtUp(one)).toEqual(['2["a",100]', '2["b",-100]']);
  });

  it("what waits under keys counts too, and too much of it ends the session", async () => {
    const { socket } = await stalled(transport, { maxMessageBytes: 100_000, maxUnconfirmedBytes: 400_000 });
    const over = next<[string, { unconfirmed: readonly { event: string }[] }]>((listener) =>
      socket.on("disconnect", listener),
    );
    for (let key = 0; key < 4; key++) socket.with({ coalesce: `key ${key}` }).emit("n", large);
    const [reason, { unconfirmed }] = await over;
    expect(reason).toBe("too_far_behind");
    expect(unconfirmed.map(({ event }) => event)).toEqual([...Array(4).fill("filler"), "n", "n"]);
  });

  it("1 GB of volatile events for a stalled reader leaves its session alive and its memory flat", async () => {
    const one = await stalled(transport, { whenBehind: "coalesce" });
    const { socket } = one;
    const before = socket.bufferedBytes;
    for (let count = 0; count < 1_000; count++) socket.volatile.emit("n", large);
    expect(socket.bufferedBytes - before).toBeLessThan(61_000);
    expect(socket.connected).toBe(true);
  });

  it("a message that is too large is refused at emit with both sizes, and the connection lives on", async () => {
    const { base, wireway } = await startServer({ maxMessageBytes: 2_000 });
    const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
    const client = dropped(await RawClient.join(base, transport));
    const [socket] = await connected;
    const text = "x".repeat(4_000);
    for (const emit of [
      () => socket.emit("n", text),
      () => socket.volatile.emit("n", text),
      () => socket.with({ coalesce: "key" }).emit("n", text),
      () => socket.send(text),
    ]) {
      expect(emit).toThrow(/^message is \d+ bytes, the limit is 2000$/);
    }
    expect(socket.emit("n", 1)).toBe(true);
    expect(await client.hearEvent()).toEqual(["n", 1]);
  });
});

it("each namespace has its own policy", async () => {
  const { base, wireway } = await startServer();
  const prices = wireway.of("/prices", { whenBehind: "coalesce" });
  const [client, socket] = await joined(base, wireway);
  await client.say({ type: "message", data: "0/prices," });
  await client.hearMessage();
  const [price] = [...prices.sockets.values()] as [Socket];
  client.pause();
  for (let count = 0; count < 4; count++) socket.emit("filler", large);
  for (let number = 1; number <= 10; number++) {
    expect(socket.volatile.emit("n", number)).toBe(false);
    expect(price.volatile.emit("n", number)).toBe(true);
  }
  expect(await caughtUp({ client, socket })).toEqual(['2/prices,["n",10]']);
});

it("broadcasts do not wait for the answers of those who will never get the question", async () => {
  const { base, wireway } = await startServer({ whenBehind: "dropOldestVolatile", volatileBytes: 2_000 });
  const [client, socket] = await joined(base, wireway);
  client.pause();
  for (let count = 0; count < 4; count++) socket.emit("filler", large);
  expect(await wireway.volatile.emitWithAck("ask", "x".repeat(2_000))).toEqual([]);
});

it("broadcasts tell whether somebody is behind, and drop what is volatile for these alone", async () => {
  const { base, wireway } = await startServer();
  const [slow, slowSocket] = await joined(base, wireway);
  const [quick] = await joined(base, wireway);
  slow.pause();
  for (let count = 0; count < 4; count++) slowSocket.emit("filler", large);
  expect(wireway.volatile.emit("n", 1)).toBe(false);
  expect(await heardBy(quick)).toEqual(['2["n",1]']);
  expect(await caughtUp({ client: slow, socket: slowSocket })).toEqual([]);
});

it("a client without a connection is behind: what is volatile is dropped, what has a key waits for its return", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  // Before its move it has a candidate, and no connection yet.
  await settled(client);
  client.drop();
  await vi.waitFor(() => expect(socket.connection).toBeUndefined(), patienceMs);
  expect(socket.volatile.emit("n", 1)).toBe(false);
  for (const number of [1, 2, 3]) socket.with({ coalesce: "key" }).emit("n", number);
  const again = dropped(
    await RawClient.dial(base, "websocket", { token: client.token, received: client.received, first: client.next }),
  );
  again.next = client.next;
  await again.move();
  expect(await again.hearEvent()).toEqual(["n", 3]);
});

it("drained rejects when the socket is over, and what waits is forgotten with its namespace", async () => {
  const one = await stalled("websocket", { highWaterBytes: 1_000 });
  const { client, socket } = one;
  const waiting = socket.drained();
  socket.with({ coalesce: "key" }).emit("n", 1);
  socket.disconnect();
  await expect(waiting).rejects.toMatchObject({ code: "disconnected" });
  await expect(socket.drained()).rejects.toMatchObject({ code: "disconnected" });
  client.resume();
  await settled(client);
  expect(client.messages.map(String).filter((text) => text.includes('"n"'))).toEqual([]);
});
