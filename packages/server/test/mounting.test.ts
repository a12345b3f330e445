// Every way to put the server on something that speaks HTTP, and that whoever was there before does not notice.

import { createServer, type Server as HttpServer } from "node:http";
import { connect } from "node:net";
import { Server } from "@wireway/server";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { allTransports, event, fetchRaw, RawClient, type TransportName } from "./raw-client.ts";
import { dropped, openHttp, startServer } from "./test-server.ts";

function makeServer(): Server {
  const wireway = new Server();
  onTestFinished(() => wireway.close({ timeoutMs: 0 }));
  wireway.on("connection", (socket) => socket.on("echo", (value: unknown) => void socket.emit("echo", value)));
  return wireway;
}

async function echoes(base: string, transport: TransportName): Promise<RawClient> {
  const client = dropped(await RawClient.join(base, transport));
  await client.say(event("echo", transport));
  expect(await client.hearEvent()).toEqual(["echo", transport]);
  return client;
}

async function mountOnExpress(path?: string): Promise<{ http: HttpServer; base: string; wireway: Server }> {
  const wireway = makeServer();
  const app = express();
  if (path) app.use(path, wireway.middleware());
  else app.use(wireway.middleware());
  app.get("/", (_request, response) => void response.send("the application's own"));
  const http = createServer(app);
  const { base } = await openHttp(http);
  return { http, base: path ? base.replace("/wireway/", `${path}/wireway/`) : base, wireway };
}

describe("Express", () => {
  it.each(allTransports)("serves %s, also as the first request ever", async (transport) => {
    const { base } = await mountOnExpress();
    await echoes(base, transport);
  });

  it("serves all transports below a path", async () => {
    const { base } = await mountOnExpress("/api");
    for (const transport of allTransports) await echoes(base, transport);
  });

  it("leaves other paths to the application", async () => {
    const { base } = await mountOnExpress();
    const answer = await fetchRaw(base.replace("/wireway/", "/"), { method: "GET" });
    expect([answer.status, answer.text]).toEqual([200, "the application's own"]);
    expect((await fetchRaw(base.replace("/wireway/", "/wireway2/"), { method: "GET" })).status).toBe(404);
  });

  it("answers a refused upgrade as the plain request that it is there", async () => {
    const { base } = await mountOnExpress();
    const webSocket = new WebSocket(`${base.replace("http", "ws")}?v=1&transport=websocket`, {
      origin: "https://evil.example",
    });
    const status = await new Promise((resolve) => {
      webSocket.on("unexpected-response", (_request, { statusCode }) => resolve(statusCode));
    });
    expect(status).toBe(403);
  });

  it("keeps a WebSocket when the HTTP server closes its idle connections", async () => {
    const { http, base } = await mountOnExpress();
    const client = await echoes(base, "websocket");
    http.closeIdleConnections();
    await client.say(event("echo", "still here"));
    expect(await client.hearEvent()).toEqual(["echo", "still here"]);
  });

  it("hands the socket over with nothing of HTTP left to disturb it", async () => {
    const { http, base } = await mountOnExpress();
    http.requestTimeout = 1;
    http.keepAliveTimeout = 1;
    const client = await echoes(base, "websocket");
    // Bytes that HTTP would choke on, and a half-closed end.
    await client.say(event("echo", "GET / HTTP/1.1\r\n\r\n".repeat(10_000)));
    expect(((await client.hearEvent())[1] as string).length).toBe(180_000);
    const closed = client.closed;
    client.raw.close(1000);
    expect((await closed).code).toBe(1000);
  });

  it("serves a WebSocket whose client sends before it hears that it was upgraded", async () => {
    const { base } = await mountOnExpress();
    const socket = connect(Number(new URL(base).port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    const key = "dGhlIHNhbXBsZSBub25jZQ==";
    socket.write(
      `GET /wireway/?v=1&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    const [head] = await new Promise<[Buffer]>((resolve) => {
      socket.once("data", (chunk: Buffer) => resolve([chunk]));
    });
    expect(head.toString()).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
    expect(head.toString()).toContain("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });

  it("serves WebSockets beside another library's upgrade listener", async () => {
    const { http, base } = await mountOnExpress();
    const others = new WebSocketServer({ server: http, path: "/others" });
    onTestFinished(() => others.close());
    others.on("connection", (webSocket) => webSocket.send("hello from the other"));
    // The first plain request shows us the HTTP server.
    await echoes(base, "polling");
    await echoes(base, "websocket");
    const webSocket = new WebSocket(base.replace("http", "ws").replace("/wireway/", "/others"));
    onTestFinished(() => webSocket.terminate());
    expect(String(await new Promise((resolve) => webSocket.on("message", resolve)))).toBe("hello from the other");
  });
});

describe("attach", () => {
  it.each(allTransports)("serves %s beside an application, whichever came first", async (transport) => {
    for (const order of ["before", "after"]) {
      const wireway = makeServer();
      const http = createServer();
      const application = (): unknown => http.on("request", (_request, response) => response.end("application"));
      if (order === "before") application();
      wireway.attach(http);
      if (order === "after") application();
      const { base } = await openHttp(http);
      await echoes(base, transport);
      expect((await fetchRaw(base.replace("/wireway/", "/"))).text).toBe("application");
    }
  });

  it("leaves other paths' upgrades to those who listen for them", async () => {
    const wireway = makeServer();
    const http = createServer();
    wireway.attach(http);
    const others = new WebSocketServer({ server: http, path: "/others" });
    onTestFinished(() => others.close());
    others.on("connection", (webSocket) => webSocket.send("hello from the other"));
    const { base } = await openHttp(http);
    const webSocket = new WebSocket(base.replace("http", "ws").replace("/wireway/", "/others"));
    onTestFinished(() => webSocket.terminate());
    expect(String(await new Promise((resolve) => webSocket.on("message", resolve)))).toBe("hello from the other");
    await echoes(base, "websocket");
  });

  it("destroys upgrades that nobody else listens for, and answers other requests with 404", async () => {
    const { base } = await startServer();
    const webSocket = new WebSocket(base.replace("http", "ws").replace("/wireway/", "/others"));
    const error = await new Promise<Error>((resolve) => {
      webSocket.on("error", resolve);
    });
    expect(error.message).toMatch(/hang up|ECONNRESET/);
    expect((await fetchRaw(base.replace("/wireway/", "/"))).status).toBe(404);
  });

  it("serves two Wireway servers on one HTTP server", async () => {
    const first = makeServer();
    const second = new Server({ path: "/second/" });
    onTestFinished(() => second.close({ timeoutMs: 0 }));
    const http = createServer();
    first.attach(http);
    second.attach(http);
    const { base } = await openHttp(http);
    await echoes(base, "websocket");
    dropped(await RawClient.join(base.replace("/wireway/", "/second/"), "websocket"));
    expect([first.sockets.size, second.sockets.size]).toEqual([1, 1]);
  });

  it.each(["before", "after"])(
    "serves a second server that hands its upgrades over, %s being attached",
    async (order) => {
      const wireway = makeServer();
      const http = createServer();
      const second = createServer((_request, response) => void response.writeHead(404).end());
      if (order === "after") wireway.attach(http);
      // As Fastify does for the other address of `localhost`.
      second.on("upgrade", http.emit.bind(http, "upgrade"));
      if (order === "before") wireway.attach(http);
      const { base } = await openHttp(second);
      for (const transport of ["websocket", "polling", "streaming"] as const) await echoes(base, transport);
      await wireway.close({ timeoutMs: 0 });
      expect([second.listenerCount("upgrade"), Object.hasOwn(second, "emit")]).toEqual([1, false]);
    },
  );

  it("leaves the HTTP server as it was after close", async () => {
    const wireway = makeServer();
    const http = createServer((_request, response) => void response.end("application"));
    wireway.attach(http);
    const { base } = await openHttp(http);
    await echoes(base, "polling");
    await wireway.close({ timeoutMs: 0 });
    expect(http.listening).toBe(true);
    expect([http.listenerCount("upgrade"), Object.hasOwn(http, "emit")]).toEqual([0, false]);
    expect((await fetchRaw(base)).text).toBe("application");
  });
});

it("serves by a plain handler, which says whether a request was for it", async () => {
  const wireway = makeServer();
  const handle = wireway.handler();
  const http = createServer((request, response) => {
    if (!handle(request, response)) response.end("not for Wireway");
  });
  const { base } = await openHttp(http);
  for (const transport of allTransports) await echoes(base, transport);
  expect((await fetchRaw(base.replace("/wireway/", "/"))).text).toBe("not for Wireway");
});

it("closes the HTTP server that it opened, with everything on it", async () => {
  const wireway = makeServer();
  const http = await wireway.listen(0, "127.0.0.1");
  const { port } = http.address() as { port: number };
  await echoes(`http://127.0.0.1:${port}/wireway/`, "streaming");
  await wireway.close();
  expect(http.listening).toBe(false);
});

const post = "content-type: text/plain\r\ncontent-length: 20\r\n\r\n";

it.each([
  ["a POST", `POST /wireway/?v=1&transport=polling HTTP/1.1\r\nhost: a\r\n${post}01234567890123456789`],
  ["half a POST", `POST /wireway/?v=1&transport=polling HTTP/1.1\r\nhost: a\r\n${post}0`],
  ["a preflight", "OPTIONS /wireway/ HTTP/1.1\r\nhost: a\r\n\r\n"],
  ["a request that is refused", "PUT /wireway/ HTTP/1.1\r\nhost: a\r\n\r\n"],
  [
    "an upgrade",
    "GET /wireway/?v=1&transport=websocket HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n",
  ],
])("ends at once when %s was handed over whose client had gone", async (_what, request) => {
  const wireway = makeServer();
  const http = createServer();
  const handed = new Promise<void>((resolve) => {
    http.on("request", (incoming, response) => {
      response.once("close", () => {
        wireway.handler()(incoming, response);
        setImmediate(resolve);
      });
      client.destroy();
    });
  });
  const { port } = await openHttp(http);
  const client = connect(port, "127.0.0.1", () => client.write(request));
  await handed;
  await wireway.close({ timeoutMs: 50 });
});

it("rejects when the port is taken", async () => {
  const { port } = await startServer();
  const wireway = makeServer();
  await expect(wireway.listen(port, "127.0.0.1")).rejects.toThrow("EADDRINUSE");
});

it("takes a body that another middleware has read as text", async () => {
  const wireway = makeServer();
  const app = express();
  app.use(express.text());
  app.use(wireway.middleware());
  const { base } = await openHttp(createServer(app));
  await echoes(base, "polling");
});

it("tells when another middleware has read the body and kept nothing", async () => {
  const wireway = makeServer();
  const app = express();
  app.use((request, _response, next) => void request.resume().on("end", () => next()));
  app.use(wireway.middleware());
  const { base } = await openHttp(createServer(app));
  const answer = await fetchRaw(`${base}?v=1&transport=polling`, { body: "0{}" });
  expect([answer.status, answer.json.code]).toEqual([400, "malformed_body"]);
});
