// What a request gets that is not as it should be: a status, and a JSON body that says why. Nothing of it may cost the server
// more than the answer.

import type { ClientRequest } from "node:http";
import { connect } from "node:net";
import { closeCodes, encodePayload, openPacket, type Packet } from "@wireway/protocol";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { allTransports, fetchRaw, joining, nonce, post, RawClient, text } from "./raw-client.ts";
import { dropped, startServer } from "./test-server.ts";

const http = ["streaming", "sse", "polling"] as const;
const dialQuery = { streaming: "", sse: "&request=ticket", polling: "" };

function dialPackets(): Packet[] {
  return [openPacket({ nonce: nonce(), received: 0, first: 1 }), joining];
}

describe("every path", () => {
  it.each([
    ["GET", "v=1&transport=polling", 405, "method_not_allowed"],
    ["PUT", "v=1&transport=streaming", 405, "method_not_allowed"],
    ["DELETE", "v=1&transport=sse", 405, "method_not_allowed"],
    ["POST", "v=1&transport=websocket", 405, "method_not_allowed"],
    ["HEAD", "v=1&transport=polling", 405, undefined],
    ["GET", "v=1&transport=websocket", 426, "not_upgradable"],
    ["GET", "v=1&transport=sse", 404, "unknown_ticket"],
    ["GET", "v=1&transport=sse&ticket=__proto__", 404, "unknown_ticket"],
    ["POST", "v=2&transport=polling", 400, "unsupported_version"],
    ["POST", "transport=polling", 400, "unsupported_version"],
    ["POST", "", 400, "unsupported_version"],
    ["POST", "v=1", 400, "unknown_transport"],
    ["POST", "v=1&transport=carrier-pigeon", 400, "unknown_transport"],
    ["POST", "v=1&transport=__proto__", 400, "unknown_transport"],
    ["POST", "v=1&transport=polling&request=__proto__", 400, "unknown_transport"],
    ["POST", "v=1&transport=streaming&request=poll", 400, "unknown_transport"],
    ["POST", "v=1&transport=sse", 400, "unknown_transport"],
  ])("answers %s ?%s with %i", async (method, query, status, code) => {
    const { base } = await startServer();
    const answer = await fetchRaw(`${base}?${query}`, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-content-type-options": "nosniff",
    });
    if (code) expect(answer.json).toMatchObject({ code, message: expect.any(String) });
  });

  it("names the methods that are allowed", async () => {
    const { base } = await startServer();
    const allowed = async (transport: string): Promise<unknown> =>
      (await fetchRaw(`${base}?v=1&transport=${transport}`, { method: "PUT" })).headers["allow"];
    expect(await Promise.all(allTransports.map(allowed))).toEqual([
      "GET, OPTIONS",
      "POST, OPTIONS",
      "GET, POST, OPTIONS",
      "POST, OPTIONS",
    ]);
  });

  it("is served with and without its last slash, and no other is", async () => {
    const { base } = await startServer();
    const status = async (url: string): Promise<number> => (await fetchRaw(url, { method: "GET" })).status;
    expect(await status(`${base}?v=1&transport=polling`)).toBe(405);
    expect(await status(`${base.slice(0, -1)}?v=1&transport=polling`)).toBe(405);
    expect(await status(`${base}more?v=1&transport=polling`)).toBe(404);
    expect(await status(base.replace("/wireway/", "/"))).toBe(404);
  });
});

describe.each(http)("%s", (transport) => {
  const url = (base: string): string => `${base}?v=1&transport=${transport}${dialQuery[transport]}`;

  it.each(["application/json", "text/html", "text/plain; charset=latin1", ""])("refuses the type %j", async (type) => {
    const { base } = await startServer();
    const answer = await fetchRaw(url(base), { headers: { "content-type": type }, body: encodePayload(dialPackets()) });
    expect([answer.status, answer.json.code]).toEqual([415, "unsupported_media_type"]);
  });

  it("refuses an encoded body", async () => {
    const { base } = await startServer();
    const answer = await post(url(base), dialPackets(), { "content-encoding": "gzip" });
    expect(answer.status).toBe(415);
  });

  it("takes a type with a charset", async () => {
    const { base } = await startServer();
    const path = transport === "streaming" ? url(base).replace("streaming", "polling") : url(base);
    const answer = await post(path, dialPackets(), { "content-type": 'Text/Plain; charset="UTF-8"' });
    expect(answer.status).toBe(200);
  });

  it.each([
    ["", "malformed_packet"],
    ["hello", "malformed_packet"],
    ["4message", "malformed_open"],
    ["0not json", "malformed_open"],
    ["0[]", "malformed_open"],
    ['0{"nonce":"short"}', "malformed_open"],
    ['0{"nonce":"nonce-000000000000000001","token":"token-000000000000000001"}', "malformed_open"],
    ['0{"nonce":"nonce-000000000000000001","received":5}', "malformed_open"],
    ['0{"token":"token-000000000000000001","epoch":1}', "malformed_open"],
    ['0{"token":"token-000000000000000001","received":-1}', "malformed_open"],
    ["\x1e".repeat(100), "malformed_packet"],
    [`0{"nonce":"nonce-000000000000000001"}${"\x1e4".repeat(15_000)}`, undefined],
  ])("answers the dial %j with an error or takes it", async (body, code) => {
    const { base } = await startServer();
    if (transport === "streaming" && code === undefined) return;
    const answer = await fetchRaw(url(base), { body });
    if (code === undefined) expect(answer.status).toBe(200);
    // What a ticket stands for is read as a dial only when it is shown, apart from its first packet.
    else if (answer.status === 200) expect(transport).toBe("sse");
    else expect([answer.status, answer.json.code]).toEqual([400, code]);
  });

  it("refuses a body that is not UTF-8", async () => {
    const { base } = await startServer();
    const answer = await fetchRaw(url(base), { write: (request) => void request.end(Buffer.from([0x30, 0xff, 0xfe])) });
    expect([answer.status, answer.json.code]).toEqual([400, "malformed_body"]);
  });

  it("refuses a dial that is too large by its Content-Length, before it is sent", async () => {
    const { base } = await startServer();
    const answer = await fetchRaw(url(base), {
      headers: { "content-length": "40000" },
      write: (request) => request.flushHeaders(),
    });
    expect([answer.status, answer.json.code]).toEqual([413, "body_too_large"]);
  });

  it("cuts a chunked body at the limit", async () => {
    const { base } = await startServer();
    const send = `${base}?v=1&transport=${transport}&request=send`;
    const answer = await fetchRaw(send, {
      write: (request) => {
        request.setHeader("transfer-encoding", "chunked");
        // It never ends by itself.
        const more = (): void =>
          void (request.destroyed || request.write("x".repeat(65_536), () => setImmediate(more)));
        request.on("response", () => request.destroy());
        request.on("error", () => undefined);
        more();
      },
    }).catch((error: Error) => error);
    // The client of this test ends its request at the answer, and may lose the answer's body by that.
    if (answer instanceof Error) expect(answer.message).toMatch(/aborted|hang up|EPIPE|ECONNRESET/);
    else expect(answer.status).toBe(413);
  });

  it("counts a chunked body to the byte", async () => {
    const { base } = await startServer({ maxMessageBytes: 1_024, maxBodyBytes: 4_096 });
    const status = async (bytes: number): Promise<number> => {
      const write = (request: ClientRequest): void => {
        request.setHeader("transfer-encoding", "chunked");
        request.write("x".repeat(2_000));
        request.end("x".repeat(bytes - 2_000));
      };
      return (await fetchRaw(`${base}?v=1&transport=${transport}&request=send`, { write })).status;
    };
    expect([await status(4_096), await status(4_097)]).toEqual([400, 413]);
  });

  it("answers a body that does not come with 408", async () => {
    const { base } = await startServer({ bodyTimeoutMs: 100 });
    const answer = await fetchRaw(url(base), {
      headers: { "content-length": "100" },
      write: (request) => void request.write("0{"),
    });
    expect([answer.status, answer.json.code]).toEqual([408, "body_timeout"]);
  });

  it("takes a million empty packets for an error and goes on", async () => {
    const { base } = await startServer({ maxBodyBytes: 8_000_000 });
    const send = `${base}?v=1&transport=${transport}&request=send`;
    const answer = await fetchRaw(send, { body: "\x1e".repeat(1_000_000) });
    expect(answer.status).toBe(400);
    const open = encodePayload([openPacket({ token: "token-000000000000000001", received: 0, epoch: 1 })]);
    const many = await fetchRaw(send, { body: `${open}${"\x1e4".repeat(1_000_000)}` });
    expect([many.status, many.json.code]).toEqual([400, "too_many_packets"]);
  });

  it("refuses a request that names no epoch, and one that names no session", async () => {
    const { base } = await startServer();
    const send = `${base}?v=1&transport=${transport}&request=send`;
    const dial = await post(send, [openPacket({ token: "token-000000000000000001", received: 0 })]);
    expect([dial.status, dial.json.code]).toEqual([400, "malformed_open"]);
    const { packets } = await post(send, [openPacket({ token: "token-000000000000000001", received: 0, epoch: 1 })]);
    expect(JSON.parse(packets[0]?.data as string)).toMatchObject({ code: closeCodes.unknown_session.code });
  });

  it("answers 503 with Retry-After when there is no room for another session", async () => {
    const { base } = await startServer({ maxSessions: 1 });
    const first = dropped(await RawClient.dial(base, "polling"));
    const answer = await post(url(base), dialPackets());
    expect([answer.status, answer.json.code]).toEqual([503, "too_many_sessions"]);
    expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
    const again = dropped(await RawClient.dial(base, "polling", { token: first.token }));
    expect(again.epoch).toBe(2);
  });

  it("refuses an upgrade with 405", async () => {
    const { base } = await startServer();
    const webSocket = new WebSocket(url(base).replace("http", "ws"));
    const status = await new Promise((resolve) => {
      webSocket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    });
    expect(status).toBe(405);
  });
});

describe("sse", () => {
  it("takes a ticket once", async () => {
    const { base } = await startServer();
    const { json } = await post(`${base}?v=1&transport=sse&request=ticket`, dialPackets());
    const stream = await fetch(`${base}?v=1&transport=sse&ticket=${json.ticket}`);
    expect(stream.status).toBe(200);
    expect(stream.headers.get("content-type")).toMatch("text/event-stream");
    await stream.body?.cancel();
    const again = await fetchRaw(`${base}?v=1&transport=sse&ticket=${json.ticket}`, { method: "GET" });
    expect(again.status).toBe(404);
  });
});

it("answers a dial that names no session at all like one that names an unknown one", async () => {
  const { base } = await startServer();
  const { packets } = await fetchRaw(`${base}?v=1&transport=polling`, { body: "0{}" });
  expect(JSON.parse(packets[0]?.data as string)).toMatchObject({ code: closeCodes.unknown_session.code });
});

describe("streaming", () => {
  it("sends its headers at once, and asks proxies not to buffer", async () => {
    const { base } = await startServer();
    const response = await fetch(`${base}?v=1&transport=streaming`, {
      method: "POST",
      headers: { "content-type": "text/plain" },
      body: encodePayload(dialPackets()),
    });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "x-accel-buffering": "no",
      "cache-control": "no-store, no-transform",
    });
    await response.body?.cancel();
  });
});

describe("websocket", () => {
  const open = async (base: string): Promise<WebSocket> => {
    const webSocket = new WebSocket(`${base.replace("http", "ws")}?v=1&transport=websocket`);
    await new Promise((resolve) => {
      webSocket.on("open", resolve);
    });
    return webSocket;
  };
  const end = (webSocket: WebSocket): Promise<[number, string]> =>
    new Promise((resolve) => {
      webSocket.on("close", (code, reason) => resolve([code, reason.toString()]));
    });

  it.each([
    ["v=2&transport=websocket", 400, "unsupported_version"],
    ["v=1&transport=telegraph", 400, "unknown_transport"],
  ])("refuses the upgrade ?%s with %i", async (query, status, code) => {
    const { base } = await startServer();
    const webSocket = new WebSocket(`${base.replace("http", "ws")}?${query}`);
    const [actual, body] = await new Promise<[number | undefined, string]>((resolve) => {
      webSocket.on("unexpected-response", (_request, response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on("end", () => resolve([response.statusCode, body]));
      });
    });
    expect([actual, (JSON.parse(body) as { code: string }).code]).toEqual([status, code]);
  });

  it("refuses an upgrade without a key with 426 and JSON", async () => {
    const { port } = await startServer();
    const socket = connect(port, "127.0.0.1");
    socket.end(
      "GET /wireway/?v=1&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1.1 426 /);
    expect(answer).toMatch(/"code":"not_upgradable"/);
  });

  it.each([
    ["not a packet", "hello"],
    ["an empty frame", ""],
    ["a message", "4hello"],
    ["a dial that names an epoch", '0{"token":"token-000000000000000001","epoch":1}'],
    ["a million empty packets", "\x1e".repeat(100_000)],
    ["a binary message", new Uint8Array([1, 2, 3])],
  ])("closes with 3107 when the first frame is %s", async (_what, frame) => {
    const { base } = await startServer();
    const webSocket = await open(base);
    webSocket.send(frame);
    expect(await end(webSocket)).toEqual([closeCodes.malformed.code, "malformed"]);
  });

  it("closes with 3107 for a malformed frame later on, and keeps the session", async () => {
    const { base } = await startServer();
    const client = await RawClient.join(base, "websocket");
    client.raw.send("hello");
    expect(await client.closed).toEqual({ code: closeCodes.malformed.code, reason: "malformed" });
    const again = dropped(await RawClient.dial(base, "websocket", { token: client.token, received: 1, first: 2 }));
    expect(again.epoch).toBe(2);
  });

  it("ends a socket that does not dial in time", async () => {
    const { base } = await startServer({ pingTimeoutMs: 100 });
    const [code] = await end(await open(base));
    expect(code).toBe(1006);
  });

  it("closes with 3108 when there is no room for another session", async () => {
    const { base } = await startServer({ maxSessions: 1 });
    dropped(await RawClient.dial(base, "websocket"));
    const webSocket = await open(base);
    webSocket.send(encodePayload(dialPackets()));
    expect(await end(webSocket)).toEqual([closeCodes.overloaded.code, "overloaded"]);
  });

  it("ends a session for a frame that is larger than any message may be", async () => {
    const { base, wireway } = await startServer({ maxMessageBytes: 300_000 });
    const client = dropped(await RawClient.join(base, "websocket"));
    const socket = [...wireway.sockets.values()][0];
    const reason = new Promise((resolve) => socket?.on("disconnect", resolve));
    client.raw.on("error", () => undefined);
    client.raw.send("4".repeat(400_000));
    expect(await reason).toBe("message_too_large");
    expect((await client.closed).code).toBe(1009);
  });

  it("keeps the order of text and binary messages", async () => {
    const { base, wireway } = await startServer();
    wireway.on("connection", (socket) => {
      for (let number = 0; number < 10; number++) socket.emit("n", number, ...(number % 3 ? [] : [new Uint8Array(2)]));
    });
    const client = dropped(await RawClient.join(base, "websocket"));
    for (let number = 0; number < 10; number++) expect((await client.hearEvent())[1]).toBe(number);
  });

  it("answers the WebSocket's own pings", async () => {
    const { base } = await startServer();
    const client = dropped(await RawClient.join(base, "websocket"));
    const ponged = new Promise((resolve) => client.raw.on("pong", resolve));
    client.raw.ping("hello");
    expect(String(await ponged)).toBe("hello");
  });
});

it("answers headers that do not come with 408", async () => {
  const { port } = await startServer({ headersTimeoutMs: 200 });
  const socket = connect(port, "127.0.0.1");
  socket.write("POST /wireway/ HTTP/1.1\r\nHost: a\r\nX-Slow: ");
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
});

it("answers a message text that is no envelope only to its session", async () => {
  const { base } = await startServer();
  const first = dropped(await RawClient.join(base, "polling"));
  const second = dropped(await RawClient.join(base, "polling"));
  await first.say(text("nonsense"));
  await second.say({ type: "ping", data: "1" });
  expect(await second.hear("pong")).toBeDefined();
});
