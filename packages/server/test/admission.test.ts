// Too many clients at once: who is told to come back, how, and who gets in all the same.

import { createServer } from "node:http";
import { closeCodes, openPacket, type Packet, type ServerOpen } from "@wireway/protocol";
import { Server } from "@wireway/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { allTransports, fetchRaw, joining, nonce, post, RawClient, type TransportName, text } from "./raw-client.ts";
import { dropped, openHttp, settled, startServer, type TestServer } from "./test-server.ts";

interface Busy extends TestServer {
  /** Lets the oldest of those that wait in. */
  readonly decide: (refusal?: Error) => void;
  /** Resolves when so many wait for the middleware. */
  readonly waiting: (count: number) => Promise<void>;
}

/** A server whose middleware decides when the test says so. */
async function busyServer(maxHandshakes: number, pingTimeoutMs = 5_000): Promise<Busy> {
  const server = await startServer({ maxHandshakes, pingTimeoutMs });
  const deciding: ((refusal?: Error) => void)[] = [];
  let changed = (): void => undefined;
  server.wireway.use((_socket, next) => {
    deciding.push(next);
    changed();
  });
  return {
    ...server,
    decide: (refusal) => deciding.shift()?.(refusal),
    waiting: (count) =>
      new Promise((resolve) => {
        changed = () => {
          if (deciding.length === count) resolve();
        };
        changed();
      }),
  };
}

async function begin({ base }: TestServer): Promise<RawClient> {
  return dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
}

/** What a dial from zero is refused with: status and code, or the close code of a WebSocket. */
async function refusal(base: string, transport: TransportName): Promise<readonly unknown[]> {
  const packets = [openPacket({ nonce: nonce(), received: 0, first: 1 }), joining];
  const url = `${base}?v=1&transport=${transport}`;
  if (transport === "websocket") {
    const client = dropped(new RawClient(base, transport));
    await client.open({ behind: [joining] });
    return [101, (await client.closed).code];
  }
  const answer = await post(transport === "sse" ? `${url}&request=ticket` : url, packets);
  expect(Number(answer.headers["retry-after"])).toBeGreaterThanOrEqual(1);
  expect(Number(answer.headers["retry-after"])).toBeLessThanOrEqual(5);
  expect(answer.headers["retry-after"]).toMatch(/^\d$/);
  return [answer.status, answer.json.code];
}

describe.each(allTransports)("%s", (transport) => {
  it("tells a client that begins to come back while too many handshakes wait", async () => {
    const server = await busyServer(2);
    await begin(server);
    await begin(server);
    await server.waiting(2);
    const expected = transport === "websocket" ? [101, closeCodes.overloaded.code] : [503, "too_many_handshakes"];
    expect(await refusal(server.base, transport)).toEqual(expected);
  });

  it("lets a client resume while too many handshakes wait", async () => {
    const server = await busyServer(1);
    const first = await begin(server);
    await server.waiting(1);
    server.decide();
    await first.hearMessage();
    const second = await begin(server);
    await server.waiting(1);
    first.drop();
    const again = dropped(await RawClient.dial(server.base, transport, { token: first.token, received: 1, first: 2 }));
    expect(again.answer satisfies ServerOpen).toMatchObject({ received: 1, epoch: 2 });
    // The one that waits may come another way too.
    const other = dropped(await RawClient.dial(server.base, transport, { token: second.token, first: 2 }));
    expect(other.answer).toMatchObject({ received: 1, epoch: 2 });
  });
});

it("lets racing dials of one session meet while too many handshakes wait", async () => {
  const server = await busyServer(1);
  const name = nonce();
  const first = dropped(await RawClient.dial(server.base, "websocket", { nonce: name, behind: [joining] }));
  await server.waiting(1);
  for (const transport of allTransports) {
    const second = dropped(await RawClient.dial(server.base, transport, { nonce: name, behind: [joining] }));
    expect(second.token).toBe(first.token);
  }
});

it.each([
  ["let in", undefined],
  ["refused", new Error("no")],
])("has room again when one was %s", async (_how, error) => {
  const server = await busyServer(1);
  const first = await begin(server);
  await server.waiting(1);
  server.decide(error);
  await first.hearMessage();
  const second = await begin(server);
  expect(second.epoch).toBe(1);
});

it.each([
  ["let in", undefined],
  ["refused", new Error("no")],
])("has room again when one that had left its namespace was %s", async (_how, error) => {
  const server = await busyServer(1);
  const first = await begin(server);
  await server.waiting(1);
  first.next = 2;
  await first.move(text("1"));
  await settled(first);
  server.decide(error);
  expect((await begin(server)).epoch).toBe(1);
});

it("has room again when one left, and when its namespace does not exist", async () => {
  const server = await busyServer(1);
  const first = await begin(server);
  await first.move();
  await first.leave();
  await first.closed;
  const nowhere: Packet = { type: "message", data: "0/nowhere," };
  const second = dropped(await RawClient.dial(server.base, "websocket", { behind: [nowhere] }));
  await second.hearMessage();
  expect((await begin(server)).epoch).toBe(1);
});

it("lets those give way that open sessions and ask for nothing", async () => {
  const server = await busyServer(2, 100);
  const silent = dropped(await RawClient.dial(server.base, "polling"));
  await begin(server);
  await server.waiting(1);
  expect(await refusal(server.base, "streaming")).toEqual([503, "too_many_handshakes"]);
  // The connection of the silent one is dropped when its time is up, and then it may be its turn to go.
  for (;;) {
    const answer = await post(`${server.base}?v=1&transport=polling`, [
      openPacket({ nonce: nonce(), received: 0, first: 1 }),
      joining,
    ]);
    if (answer.status === 200) break;
    expect(answer.json.code).toBe("too_many_handshakes");
  }
  const { packets } = await post(`${server.base}?v=1&transport=polling`, [
    openPacket({ token: silent.token, received: 0 }),
  ]);
  expect(JSON.parse(packets[0]?.data as string)).toMatchObject({ code: closeCodes.expired.code });
});

it("lets nobody give way whom the application still decides about", async () => {
  const server = await busyServer(1, 100);
  const client = await begin(server);
  await client.move();
  await server.waiting(1);
  // A dial that is not moved to is dropped when the time is up after which the silent give way.
  const late = dropped(await RawClient.dial(server.base, "websocket", { token: client.token, first: 2 }));
  expect((await late.closed).code).toBe(closeCodes.unproven.code);
  expect(await refusal(server.base, "polling")).toEqual([503, "too_many_handshakes"]);
  server.decide();
  expect((await client.hearMessage()).type).toBe("connect");
});

it("refuses an event stream whose ticket was sold while there was room", async () => {
  const server = await busyServer(1);
  const url = `${server.base}?v=1&transport=sse`;
  const packets = [openPacket({ nonce: nonce(), received: 0, first: 1 }), joining];
  const { json } = await post(`${url}&request=ticket`, packets);
  await begin(server);
  await server.waiting(1);
  const answer = await fetchRaw(`${url}&ticket=${json.ticket}`, { method: "GET" });
  expect([answer.status, answer.json.code]).toEqual([503, "too_many_handshakes"]);
});

describe("upgrades", () => {
  async function statusOf(url: string): Promise<readonly unknown[]> {
    const webSocket = new WebSocket(url.replace("http", "ws"));
    onTestFinished(() => webSocket.terminate());
    return new Promise((resolve) => {
      webSocket.on("open", () => resolve([101]));
      webSocket.on("error", () => undefined);
      webSocket.on("unexpected-response", (_request, response) => {
        const retryAfter = response.headers["retry-after"];
        response.resume();
        resolve([response.statusCode, retryAfter]);
      });
    });
  }

  it.each(["listening", "mounted"])("are refused when many have not opened yet, %s", async (how) => {
    const server = how === "listening" ? await startServer({ maxHandshakes: 2 }) : await mounted(2);
    const url = `${server.base}?v=1&transport=websocket`;
    expect(await statusOf(url)).toEqual([101]);
    expect(await statusOf(url)).toEqual([101]);
    expect(await statusOf(url)).toEqual([503, expect.stringMatching(/^[1-5]$/)]);
    // Whoever resumes has a way in that tells so.
    const client = dropped(await RawClient.join(server.base, "streaming"));
    const again = dropped(await RawClient.dial(server.base, "polling", { token: client.token, received: 1 }));
    expect(again.epoch).toBe(2);
  });

  it("are accepted again when those have opened, or gone", async () => {
    const { base } = await startServer({ maxHandshakes: 2 });
    const url = `${base}?v=1&transport=websocket`;
    for (let count = 0; count < 5; count++) await RawClient.join(base, "websocket").then(dropped);
    const webSocket = new WebSocket(url.replace("http", "ws"));
    await new Promise((resolve) => webSocket.on("open", resolve));
    expect(await statusOf(url)).toEqual([101]);
    webSocket.close();
    await new Promise((resolve) => webSocket.on("close", resolve));
    expect(await statusOf(url)).toEqual([101]);
  });

  async function mounted(maxHandshakes: number): Promise<{ base: string }> {
    const wireway = new Server({ maxHandshakes });
    onTestFinished(() => wireway.close({ timeoutMs: 0 }));
    return openHttp(createServer((request, response) => void wireway.handler()(request, response)));
  }
});

it("lets 2,000 clients begin at once", async () => {
  const { base, wireway } = await startServer();
  let most = 0;
  let asked = 0;
  const deciding: (() => void)[] = [];
  // None is let in before all have asked: that is as many handshakes as there can be.
  wireway.use((_socket, next) => {
    deciding.push(next);
    most = Math.max(most, deciding.length);
    if (++asked === 2_000) for (const decide of deciding) decide();
  });
  const url = `${base}?v=1&transport=polling`;
  const dials = Array.from({ length: 2_000 }, () =>
    post(url, [openPacket({ nonce: nonce(), received: 0, first: 1 }), joining]),
  );
  const statuses = new Set((await Promise.all(dials)).map(({ status }) => status));
  expect([...statuses]).toEqual([200]);
  expect([most, wireway.sockets.size]).toEqual([2_000, 2_000]);
});
