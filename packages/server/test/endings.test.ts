// How sessions end when nobody wanted it: limits of time and room, and what both sides are told.

import { closeCodes } from "@wireway/protocol";
import type { DisconnectDetails, Server, Socket } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { event, joining, RawClient, said } from "./raw-client.ts";
import { dropped, next, startServer } from "./test-server.ts";

type End = [string, DisconnectDetails];

async function joined(
  base: string,
  wireway: Server,
  transport: "websocket" | "polling" = "websocket",
): Promise<[RawClient, Socket]> {
  const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
  const client = dropped(await RawClient.join(base, transport));
  return [client, (await connected)[0]];
}

function ended(socket: Socket): Promise<End> {
  return next<End>((listener) => socket.on("disconnect", listener));
}

async function refusal(base: string, token: string): Promise<number> {
  const client = dropped(new RawClient(base, "websocket"));
  await client.open({ token });
  return (JSON.parse((await client.hear("close")).data as string) as { code: number }).code;
}

it("ends a session that nobody resumes, and hands back what was not confirmed", async () => {
  const { base, wireway } = await startServer({ resumeWindowMs: 200 });
  const [client, socket] = await joined(base, wireway);
  const disconnected = ended(socket);
  client.drop();
  socket.emit("one", { a: 1 });
  socket.emit("two", new Uint8Array([1]));
  const [reason, details] = await disconnected;
  expect([reason, details.code]).toEqual(["expired", closeCodes.expired.code]);
  expect(details.unconfirmed).toEqual([
    { event: "one", args: [{ a: 1 }] },
    { event: "two", args: [new Uint8Array([1])] },
  ]);
  expect([socket.connected, socket.connection, socket.rooms.size, wireway.sockets.size]).toEqual([
    false,
    undefined,
    0,
    0,
  ]);
  expect(socket.emit("three")).toBe(false);
  expect(await refusal(base, client.token)).toBe(closeCodes.expired.code);
});

it("ends a session whose client leaves too much unconfirmed", async () => {
  const { base, wireway } = await startServer({
    maxMessageBytes: 10_000,
    maxUnconfirmedBytes: 100_000,
    highWaterBytes: 20_000,
  });
  const [client, socket] = await joined(base, wireway);
  client.pause();
  const disconnected = ended(socket);
  const took: boolean[] = [];
  for (let number = 0; number < 15; number++) took.push(socket.emit("much", "x".repeat(9_000)));
  expect(took.slice(0, 3)).toEqual([true, true, false]);
  const [reason, { unconfirmed }] = await disconnected;
  expect(reason).toBe("too_far_behind");
  expect(unconfirmed.length).toBeGreaterThan(9);
});

it("evicts the oldest suspended session when all together hold too much", async () => {
  const { base, wireway } = await startServer({ maxSuspendedBytes: 25_000 });
  const [first, firstSocket] = await joined(base, wireway);
  const [second, secondSocket] = await joined(base, wireway);
  const disconnected = ended(firstSocket);
  for (const [client, socket] of [
    [first, firstSocket],
    [second, secondSocket],
  ] as const) {
    client.drop();
    await new Promise<void>((resolve) => {
      const look = (): void => void (socket.connection ? setImmediate(look) : resolve());
      look();
    });
  }
  firstSocket.emit("kept", "x".repeat(10_000));
  secondSocket.emit("kept", "x".repeat(10_000));
  expect(firstSocket.connected).toBe(true);
  secondSocket.emit("kept", "x".repeat(10_000));
  const [reason, { unconfirmed }] = await disconnected;
  expect(reason).toBe("evicted");
  expect(unconfirmed.length).toBe(1);
  expect(await refusal(base, first.token)).toBe(closeCodes.evicted.code);
  const again = dropped(await RawClient.dial(base, "websocket", { token: second.token, received: 1, first: 2 }));
  expect((await again.hearEvent())[0]).toBe("kept");
});

it("ends a session that joins no namespace", async () => {
  const { base } = await startServer({ connectTimeoutMs: 100 });
  const client = dropped(await RawClient.dial(base, "websocket"));
  await client.move();
  expect(JSON.parse((await client.hear("close")).data as string)).toMatchObject({ code: closeCodes.expired.code });
  expect((await client.closed).code).toBe(closeCodes.expired.code);
});

it("ends a session that was refused and joins no other namespace", async () => {
  const { base, wireway } = await startServer({ connectTimeoutMs: 100 });
  wireway.use((_socket, next) => next(new Error("no")));
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
  await client.move();
  expect((await client.closed).code).toBe(closeCodes.refused.code);
});

it("drops a dial that is never moved to", async () => {
  const { base } = await startServer({ pingTimeoutMs: 100 });
  const client = dropped(await RawClient.dial(base, "websocket"));
  expect((await client.closed).code).toBe(closeCodes.unproven.code);
});

it("cuts a connection whose client does not answer the close", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway);
  client.pause();
  const closed = client.closed;
  socket.disconnect(true);
  await wireway.close();
  client.raw.resume();
  // It was cut before it could answer, or reads the close that had already come.
  expect([1006, closeCodes.closed.code]).toContain((await closed).code);
});

it("closes a session whose events pile up before the connection handler is through", async () => {
  const { base, wireway } = await startServer({ maxMessageBytes: 5_000, maxUnconfirmedBytes: 10_000 });
  let release = (): void => undefined;
  const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
  wireway.on("connection", () => new Promise<void>((resolve) => (release = resolve)));
  const client = dropped(await RawClient.join(base, "websocket"));
  const [socket] = await connected;
  const disconnected = ended(socket);
  for (let number = 0; number < 5; number++) await client.say(event("much", "x".repeat(4_000)));
  expect(JSON.parse((await client.hear("close")).data as string)).toMatchObject({
    code: closeCodes.protocol_error.code,
  });
  release();
  expect((await disconnected)[0]).toBe("protocol_error");
});

describe("close", () => {
  it.each(["websocket", "streaming", "sse", "polling"] as const)(
    "tells clients over %s, and leaves nothing",
    async (transport) => {
      const { base, wireway } = await startServer();
      const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
      const client = dropped(await RawClient.join(base, transport));
      const [socket] = await connected;
      const disconnected = ended(socket);
      const closing = wireway.close();
      expect(JSON.parse((await client.hear("close")).data as string)).toMatchObject({
        code: closeCodes.server_closing.code,
      });
      await closing;
      expect((await disconnected)[0]).toBe("server_closing");
      expect(wireway.sockets.size).toBe(0);
      if (transport === "websocket") expect((await client.closed).code).toBe(closeCodes.server_closing.code);
    },
  );

  it("ends suspended sessions at once", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway);
    const disconnected = ended(socket);
    client.drop();
    await wireway.close();
    expect((await disconnected)[0]).toBe("server_closing");
  });

  it("refuses what comes while it closes, and can be called twice", async () => {
    const { base, wireway } = await startServer();
    const [client] = await joined(base, wireway, "polling");
    const closing = wireway.close({ timeoutMs: 60_000 });
    const again = wireway.close();
    const late = new RawClient(base, "streaming");
    await expect(late.open({ behind: [said({ type: "connect", namespace: "/" })] })).rejects.toThrow("status 503");
    await expect(RawClient.dial(base, "websocket")).rejects.toThrow("503");
    await client.hear("close");
    await Promise.all([closing, again]);
  });

  it("cuts clients that do not come for the news in time", async () => {
    const { base, wireway } = await startServer();
    const [, socket] = await joined(base, wireway, "polling");
    const disconnected = ended(socket);
    await wireway.close({ timeoutMs: 100 });
    expect((await disconnected)[0]).toBe("server_closing");
  });
});
