// A server that is about to go: it takes nobody new, serves those that it has, and asks them to leave one after the other.

import { createServer } from "node:http";
import { closeCodes, closePacket, openPacket, type Packet } from "@wireway/protocol";
import type { CloseOptions, DisconnectDetails, Server, Socket } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { allTransports, event, fetchRaw, joining, nonce, post, RawClient, type TransportName } from "./raw-client.ts";
import { dropped, next, openHttp, startServer } from "./test-server.ts";

const longMs = 3_000_000;
const elsewhere = "https://b.example/wireway/";

async function joined(base: string, wireway: Server, transport: TransportName): Promise<[RawClient, Socket]> {
  const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
  const client = dropped(await RawClient.join(base, transport));
  return [client, (await connected)[0]];
}

function ended(socket: Socket): Promise<[string, DisconnectDetails]> {
  return next((listener) => socket.on("disconnect", listener));
}

function jsonOf(packet: Packet): unknown {
  return JSON.parse(packet.data as string);
}

/** What a dial from zero gets: status and code, or the close code of a WebSocket; and how long to stay away. */
async function refusal(base: string, transport: TransportName): Promise<readonly [unknown, unknown, number]> {
  if (transport === "websocket") {
    const client = dropped(new RawClient(base, transport));
    await client.open({ behind: [joining] });
    return [101, (await client.closed).code, Number.NaN];
  }
  const packets = [openPacket({ nonce: nonce(), received: 0, first: 1 }), joining];
  const url = `${base}?v=1&transport=${transport}`;
  const answer = await post(transport === "sse" ? `${url}&request=ticket` : url, packets);
  return [answer.status, answer.json.code, Number(answer.headers["retry-after"])];
}

describe.each(allTransports)("%s", (transport) => {
  it("is served until its client has left, and then the server is closed", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway, transport);
    socket.on("echo", (value: unknown) => void socket.emit("echo", value));
    const disconnected = ended(socket);
    const closing = wireway.close({ drainMs: longMs, redirectTo: elsewhere });
    expect(jsonOf(await client.hear("redirect"))).toEqual({ withinMs: 0, url: elsewhere });
    await client.say(event("echo", 1));
    expect(await client.hearEvent()).toEqual(["echo", 1]);
    // What was said before it left counts.
    const last = next((listener) => socket.on("last", listener));
    await client.say(event("last", 2), closePacket("server_closing"));
    expect(await last).toEqual([2]);
    const [reason, { code }] = await disconnected;
    expect([reason, code]).toEqual(["server_closing", closeCodes.server_closing.code]);
    await closing;
    expect(wireway.sockets.size).toBe(0);
  });

  it("takes nobody who begins, and tells them to come back when it has gone", async () => {
    const { base, wireway } = await startServer();
    await joined(base, wireway, "websocket");
    const closing = wireway.close({ drainMs: longMs });
    const [status, code, seconds] = await refusal(base, transport);
    if (transport === "websocket") expect([status, code]).toEqual([101, closeCodes.overloaded.code]);
    else {
      expect([status, code]).toEqual([503, "server_closed"]);
      expect(seconds).toBeGreaterThan(longMs / 1_000 - 60);
      expect(seconds).toBeLessThanOrEqual(longMs / 1_000 + 3);
    }
    expect(wireway.sockets.size).toBe(1);
    void wireway.close({ timeoutMs: 0 });
    await closing;
  });

  it("lets a client resume that had no connection when it was its turn, and tells it then", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway, transport === "polling" ? "streaming" : transport);
    client.drop();
    await new Promise<void>((resolve) => {
      const look = (): void => void (socket.connection ? setImmediate(look) : resolve());
      look();
    });
    const closing = wireway.close({ drainMs: longMs, redirectTo: elsewhere });
    socket.emit("meanwhile", 1);
    const again = dropped(await RawClient.dial(base, transport, { token: client.token, received: 1, first: 2 }));
    again.next = 2;
    await again.move();
    expect(jsonOf(await again.hear("redirect"))).toEqual({ withinMs: 0, url: elsewhere });
    expect(await again.hearEvent()).toEqual(["meanwhile", 1]);
    await again.say(closePacket("server_closing"));
    await closing;
  });

  it("closes those that do not leave when the time is up", async () => {
    const { base, wireway } = await startServer();
    const [client, socket] = await joined(base, wireway, transport);
    const disconnected = ended(socket);
    const closing = wireway.close({ drainMs: 400 });
    expect(jsonOf(await client.hear("redirect"))).toEqual({ withinMs: 0 });
    expect(jsonOf(await client.hear("close"))).toMatchObject({ code: closeCodes.server_closing.code });
    await closing;
    expect((await disconnected)[0]).toBe("server_closing");
  });
});

it.each([
  ["https://b.example", "https://b.example/live/"],
  ["HTTP://b.example:8080/", "http://b.example:8080/live/"],
  ["https://b.example/other/", "https://b.example/other/"],
])("sends clients that shall go to %s to %s", async (redirectTo, url) => {
  const { base, wireway } = await startServer({ path: "/live/" });
  const client = dropped(await RawClient.join(base.replace("/wireway/", "/live/"), "websocket"));
  const closing = wireway.close({ drainMs: longMs, redirectTo });
  expect(jsonOf(await client.hear("redirect"))).toEqual({ withinMs: 0, url });
  await client.leave();
  await closing;
});

it("is closed at once when nobody is there", async () => {
  const { wireway } = await startServer();
  await wireway.close({ drainMs: longMs });
});

it("is closed as soon as the last session without a connection expires", async () => {
  const { base, wireway } = await startServer({ resumeWindowMs: 200 });
  const [client, socket] = await joined(base, wireway, "websocket");
  const disconnected = ended(socket);
  client.drop();
  await wireway.close({ drainMs: longMs });
  expect((await disconnected)[0]).toBe("expired");
});

it("asks one after the other", async () => {
  const { base, wireway } = await startServer();
  const clients = await Promise.all([0, 1, 2].map(() => RawClient.join(base, "websocket").then(dropped)));
  const asked: number[] = [];
  const first = new Promise<void>((resolve) => {
    clients.forEach((client, index) => {
      const note = (): void => {
        asked.push(index);
        resolve();
      };
      client.hear("redirect").then(note, () => undefined);
    });
  });
  const closing = wireway.close({ drainMs: longMs });
  await first;
  // Those that were asked in the same step would have been asked before an answer to a request of now.
  await fetchRaw(`${base}?v=1&transport=polling`, { method: "GET" });
  expect(asked.length).toBe(1);
  void wireway.close({ timeoutMs: 0 });
  await closing;
});

it("asks nobody any more, and closes all, when it is closed once more without a drain", async () => {
  const { base, wireway } = await startServer();
  const [client] = await joined(base, wireway, "websocket");
  const closing = wireway.close({ drainMs: longMs });
  await client.hear("redirect");
  const again = wireway.close({ drainMs: longMs });
  const atOnce = wireway.close();
  expect(jsonOf(await client.hear("close"))).toMatchObject({ code: closeCodes.server_closing.code });
  await Promise.all([closing, again, atOnce]);
});

it("keeps serving beside a flood of dials while it drains, and forgets the flood", async () => {
  const { base, wireway } = await startServer();
  const [client, socket] = await joined(base, wireway, "websocket");
  socket.on("echo", (value: unknown) => value);
  const closing = wireway.close({ drainMs: longMs });
  const dials = Array.from({ length: 400 }, (_, number) =>
    refusal(base, allTransports[number % allTransports.length] as TransportName),
  );
  const echoed = socket.emitWithAck("question", 1);
  expect(await client.hearEvent()).toEqual(["question", 1]);
  await client.say({ type: "message", data: '30["answer"]' });
  expect(await echoed).toBe("answer");
  const codes = new Set((await Promise.all(dials)).map(([, code]) => code));
  expect(codes).toEqual(new Set([closeCodes.overloaded.code, "server_closed"]));
  await client.say(closePacket("server_closing"));
  await closing;
});

it("takes upgrades of clients that resume where somebody else listens for upgrades too", async () => {
  const { base, wireway } = await startServer();
  const http = createServer((request, response) => {
    if (!wireway.handler()(request, response)) response.end("other");
  });
  // Upgrades come as requests only while nobody listens for them.
  http.on("upgrade", (_request, socket) => void socket.destroy());
  const other = await openHttp(http);
  const [{ token }] = await joined(base, wireway, "polling");
  const closing = wireway.close({ drainMs: longMs });
  // The first request there shows the server that it has to listen there too.
  await RawClient.dial(other.base, "polling", { token, received: 1, first: 2 });
  const again = dropped(await RawClient.dial(other.base, "websocket", { token, received: 1, first: 2 }));
  again.next = 2;
  await again.move();
  await again.hear("redirect");
  await again.leave();
  await closing;
});

it.each<[CloseOptions, string]>([
  [{ drainMs: -1 }, "drainMs"],
  [{ drainMs: 0.5 }, "drainMs"],
  [{ drainMs: Number.POSITIVE_INFINITY }, "drainMs"],
  [{ drainMs: 3_600_001 }, "drainMs"],
  [{ drainMs: "5000" as unknown as number }, "drainMs"],
  [{ drainMs: null as unknown as number }, "drainMs"],
  [{ timeoutMs: Number.NaN }, "timeoutMs"],
  [{ timeoutMs: -1 }, "timeoutMs"],
  [{ redirectTo: "" }, "redirectTo"],
  [{ redirectTo: "b.example" }, "redirectTo"],
  [{ redirectTo: "javascript:alert(1)" }, "redirectTo"],
  [{ redirectTo: "http://" }, "redirectTo"],
  [{ redirectTo: 5 as unknown as string }, "redirectTo"],
  [{ drain: 5_000 } as CloseOptions, "drain"],
  [JSON.parse('{"__proto__":5}') as CloseOptions, "__proto__"],
])("does not close with %j", async (options, name) => {
  const { base, wireway } = await startServer();
  await expect(wireway.close(options)).rejects.toMatchObject({ code: "invalid_option", details: { name } });
  expect((await RawClient.join(base, "websocket").then(dropped)).epoch).toBe(1);
});
