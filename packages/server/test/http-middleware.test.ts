// Express's middlewares in front of every transport, WebSocket upgrades by both ways among them.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { openPacket } from "@wireway/protocol";
import { type HttpMiddleware, Server, type ServerOptions, WirewayError } from "@wireway/server";
import express from "express";
import session from "express-session";
import helmet from "helmet";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { allTransports, event, fetchRaw, joining, nonce, post, RawClient, type TransportName } from "./raw-client.ts";
import { dropped, next, openHttp } from "./test-server.ts";

declare module "express-session" {
  interface SessionData {
    visits: number;
    user: string;
  }
}

interface Scene {
  readonly wireway: Server;
  readonly base: string;
  /** What was reported. */
  readonly errors: unknown[];
}

const mounts = ["attached", "in Express"] as const;
type Mount = (typeof mounts)[number];

/** Every transport, and the upgrade both as Node's event and as a plain request. */
const ways: readonly (readonly [TransportName, Mount])[] = [
  ...allTransports.map((transport) => [transport, "attached"] as const),
  ["websocket", "in Express"],
  ["streaming", "in Express"],
];

async function scene(
  mount: Mount,
  middlewares: readonly HttpMiddleware[],
  options: ServerOptions = {},
): Promise<Scene> {
  const wireway = new Server(options);
  onTestFinished(() => wireway.close({ timeoutMs: 0 }));
  const errors: unknown[] = [];
  wireway.on("error", (error) => errors.push(error));
  for (const middleware of middlewares) wireway.use(middleware);
  wireway.on("connection", (socket) => socket.on("echo", (value: unknown) => void socket.emit("echo", value)));
  const http = mount === "attached" ? createServer() : createServer(express().use(wireway.middleware()));
  if (mount === "attached") wireway.attach(http);
  return { wireway, errors, ...(await openHttp(http)) };
}

/** The answer to the first request of a dial, whatever it is; a WebSocket is ended when it opens. */
async function firstAnswer(
  base: string,
  transport: TransportName,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingMessage["headers"] }> {
  const url = `${base}?v=1&transport=${transport}`;
  if (transport === "websocket") {
    const webSocket = new WebSocket(url.replace("http", "ws"), { headers });
    webSocket.on("error", () => undefined);
    const response = await new Promise<IncomingMessage>((resolve) => {
      webSocket.on("upgrade", resolve);
      webSocket.on("unexpected-response", (_request, refusal) => resolve(refusal));
    });
    webSocket.terminate();
    return { status: response.statusCode ?? 0, headers: response.headers };
  }
  const packets = [openPacket({ nonce: nonce(), received: 0, first: 1 }), joining];
  if (transport === "sse") return post(`${url}&request=ticket`, packets, headers);
  if (transport === "polling") return post(url, packets, headers);
  const { dialStatus, dialHeaders } = await streamHead(url, packets, headers);
  return { status: dialStatus, headers: dialHeaders };
}

async function streamHead(
  url: string,
  packets: Parameters<typeof post>[1],
  headers: Record<string, string>,
): Promise<{ dialStatus: number; dialHeaders: IncomingMessage["headers"] }> {
  const { encodePayload } = await import("@wireway/protocol");
  const response = await fetch(url, {
    method: "POST",
    body: encodePayload(packets),
    headers: { "content-type": "text/plain", ...headers },
  });
  await response.body?.cancel();
  return {
    dialStatus: response.status,
    dialHeaders: { ...Object.fromEntries(response.headers), "set-cookie": response.headers.getSetCookie() },
  };
}

function cookieOf({ headers }: { headers: IncomingMessage["headers"] }): string {
  return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

describe.each(ways)("%s, %s", (transport, mount) => {
  it("lets express-session set its cookie and find its session again", async () => {
    const visits: number[] = [];
    const count: HttpMiddleware = (request, _response, proceed) => {
      const { session: own } = request as express.Request;
      own.visits = (own.visits ?? 0) + 1;
      visits.push(own.visits);
      proceed();
    };
    const store = new session.MemoryStore();
    const sessions = session({ store, secret: "of the test", resave: false, saveUninitialized: false });
    const { base, errors } = await scene(mount, [sessions, count]);
    const origin = new URL(base).origin;
    const first = await firstAnswer(base, transport, { origin });
    const cookie = cookieOf(first);
    expect(cookie).toMatch(/^connect\.sid=/);
    expect(visits).toEqual([1]);
    // A stream's session is saved when the stream is over, as of any response.
    if (transport === "streaming") return;
    const second = await firstAnswer(base, transport, { origin, cookie });
    expect(second.status).toBe(first.status);
    expect(visits).toEqual([1, 2]);
    expect(errors).toEqual([]);
  });

  it("lets helmet set its headers", async () => {
    const { base } = await scene(mount, [helmet()]);
    const { status, headers } = await firstAnswer(base, transport);
    expect(status).toBe(transport === "websocket" ? 101 : 200);
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
    expect(headers["strict-transport-security"]).toContain("max-age=");
  });

  it("goes on behind middlewares that take their time", async () => {
    const slow: HttpMiddleware = (_request, _response, proceed) => void setImmediate(proceed);
    const { base } = await scene(mount, [slow, async (_request, _response, proceed) => proceed(), helmet()]);
    const client = dropped(await RawClient.join(base, transport));
    await client.say(event("echo", transport));
    expect(await client.hearEvent()).toEqual(["echo", transport]);
  });

  it("is refused by a middleware that answers itself", async () => {
    const guard: HttpMiddleware = (_request, response, _proceed) => {
      response.statusCode = 401;
      response.setHeader("WWW-Authenticate", "Basic");
      response.end("who are you?");
    };
    const { base, errors } = await scene(mount, [guard]);
    const { status, headers } = await firstAnswer(base, transport);
    expect([status, headers["www-authenticate"], errors]).toEqual([401, "Basic", []]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("secret");
      },
      500,
    ],
    ["rejects", () => Promise.reject(new Error("secret")), 500],
    ["passes on an error", (proceed: (error: unknown) => void) => proceed(new Error("secret")), 500],
    [
      "passes on an error with a status",
      (proceed: (error: unknown) => void) => proceed(Object.assign(new Error("secret"), { status: 418 })),
      418,
    ],
    ["passes on a text", (proceed: (error: unknown) => void) => proceed("secret"), 500],
  ])("is refused by a middleware that %s, which is reported", async (_how, fail, expected) => {
    const { base, errors } = await scene(mount, [(_request, _response, proceed) => fail(proceed)]);
    const { status } = await firstAnswer(base, transport);
    expect(status).toBe(expected);
    expect(errors).toHaveLength(1);
    expect(String(errors[0])).toContain("secret");
  });

  it("is refused when a middleware never goes on", async () => {
    const { base } = await scene(mount, [(_request, _response, _proceed) => undefined], { middlewareTimeoutMs: 100 });
    const { status, headers } = await firstAnswer(base, transport);
    expect(status).toBe(503);
    expect(headers["retry-after"]).toMatch(/^\d$/);
  });

  it("is over when a middleware destroys the response", async () => {
    const { base, wireway } = await scene(mount, [(_request, response, _proceed) => void response.destroy()]);
    await expect(outcome(base, transport)).resolves.toBe("cut");
    await wireway.close();
  });

  it("is cut when a middleware begins an answer and does not end it", async () => {
    const begin: HttpMiddleware = (_request, response, _proceed) => void response.writeHead(200).write("and then");
    const { base, wireway } = await scene(mount, [begin], { middlewareTimeoutMs: 100 });
    await expect(outcome(base, transport)).resolves.toBe("cut");
    await wireway.close();
  });

  it("asks the origin first", async () => {
    let asked = 0;
    const { base } = await scene(mount, [
      (_request, _response, proceed) => {
        asked++;
        proceed();
      },
    ]);
    const { status } = await firstAnswer(base, transport, { origin: "https://evil.example" });
    expect([status, asked]).toEqual([403, 0]);
  });
});

/** `cut` when no whole answer came. */
async function outcome(base: string, transport: TransportName): Promise<string> {
  const url = new URL(`${base}?v=1&transport=${transport}`);
  const upgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  const plain = "Content-Type: text/plain\r\nContent-Length: 0\r\n\r\n";
  const socket = connect(Number(url.port), "127.0.0.1");
  const path = `${url.pathname}${url.search}${transport === "sse" ? "&request=ticket" : ""}`;
  socket.write(
    `${transport === "websocket" ? "GET" : "POST"} ${path} HTTP/1.1\r\nHost: ${url.host}\r\n${transport === "websocket" ? upgrade : plain}`,
  );
  let heard = "";
  socket.on("data", (data) => {
    heard += data.toString();
  });
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.on("close", resolve));
  return heard.includes("\r\n0\r\n") || /content-length/i.test(heard) ? heard : "cut";
}

it("runs for requests that belong to a connection, and not for preflights", async () => {
  const seen: string[] = [];
  const { base } = await scene("attached", [
    (request, _response, proceed) => {
      seen.push(`${request.method} ${new URL(request.url ?? "", base).searchParams.get("request")}`);
      proceed();
    },
  ]);
  const client = dropped(await RawClient.join(base, "polling"));
  await client.say(event("echo", 1));
  await client.hearEvent();
  await fetchRaw(client.url(), { method: "OPTIONS", headers: { origin: new URL(base).origin } });
  expect(new Set(seen)).toEqual(new Set(["POST null", "POST poll", "POST send"]));
});

it("hands a whole answer to whoever put itself in the place of the response's end", async () => {
  const wireway = new Server();
  onTestFinished(() => wireway.close({ timeoutMs: 0 }));
  const seen: unknown[] = [];
  const app = express();
  app.use((_request, response, proceed) => {
    const end = response.end.bind(response) as (body: unknown) => ServerResponse;
    response.end = ((body: unknown) => {
      seen.push(body);
      return end(body);
    }) as typeof response.end;
    response.removeHeader("X-Powered-By");
    proceed();
  });
  const { base } = await openHttp(createServer(app.use(wireway.middleware())));
  const { text } = await post(`${base}?v=1&transport=polling`, [openPacket({ nonce: nonce(), received: 0 })]);
  expect(seen).toEqual([text]);
});

it("tells kinds apart by their parameters, and runs them in order", async () => {
  const order: string[] = [];
  const { base, wireway } = await scene("attached", [
    (_request, _response, proceed) => {
      order.push("first");
      proceed();
    },
    (_request, _response, proceed) => {
      order.push("second");
      proceed();
      // Once is enough.
      proceed();
    },
  ]);
  wireway.use((socket, proceed) => {
    order.push(`socket of ${socket.namespace}`);
    proceed();
  });
  dropped(await RawClient.join(base, "websocket"));
  expect(order).toEqual(["first", "second", "socket of /"]);
});

it("hands frames that came early to the connection that was let in late", async () => {
  let letIn: (() => void) | undefined;
  const { base } = await scene("attached", [
    (_request, _response, proceed) => {
      letIn = proceed;
    },
  ]);
  const url = new URL(base);
  const socket = connect(Number(url.port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const frame = Buffer.from(`0{"nonce":"${nonce()}","received":0,"first":1}`);
  const mask = Buffer.from([0x81, 0x80 | frame.length, 0, 0, 0, 0]);
  socket.write(
    `GET ${url.pathname}?v=1&transport=websocket HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  socket.write(mask);
  await new Promise((resolve) => socket.write(frame, resolve));
  // What came before this answer was there before the middleware goes on.
  await fetchRaw(`${base}?v=1&transport=nothing`);
  letIn?.();
  let heard = "";
  while (!heard.includes('"token"')) heard += String(await next((listener) => socket.once("data", listener)));
  expect(heard).toMatch(/^HTTP\/1\.1 101 /);
});

it("carries what Express's own middlewares set, and saves their sessions before the 101", async () => {
  const wireway = new Server();
  onTestFinished(() => wireway.close({ timeoutMs: 0 }));
  const store = new session.MemoryStore();
  const saved: string[] = [];
  const app = express();
  app.use(session({ store, secret: "of the test", resave: false, saveUninitialized: true }));
  const save = store.set.bind(store);
  store.set = (id, data, done) => {
    save(id, data, (error?: unknown) =>
      setImmediate(() => {
        saved.push(id);
        done?.(error);
      }),
    );
  };
  app.use(wireway.middleware());
  const { base } = await openHttp(createServer(app));
  const { status, headers } = await firstAnswer(base, "websocket");
  expect([status, saved.length]).toEqual([101, 1]);
  expect(decodeURIComponent(cookieOf({ headers }))).toContain(saved[0]);
});

it("tells whoever waits for the end of the response that the upgrade is through", async () => {
  const ends: string[] = [];
  const wireway = new Server();
  onTestFinished(() => wireway.close({ timeoutMs: 0 }));
  const app = express();
  app.use((_request, response: ServerResponse, proceed) => {
    response.on("close", () => ends.push("close"));
    proceed();
  });
  app.use(wireway.middleware());
  const { base } = await openHttp(createServer(app));
  dropped(await RawClient.join(base, "websocket"));
  expect(ends).toEqual(["close"]);
});

it("keeps no header that a peer could write lines with", async () => {
  const evil: HttpMiddleware = (request, response, _proceed) => {
    const wanted = new URL(request.url ?? "", "http://x").searchParams.get("evil") ?? "";
    response.setHeader("X-Wish", wanted);
  };
  const { base, errors } = await scene("attached", [evil]);
  const url = `${base.replace("http", "ws")}?v=1&transport=websocket&evil=${encodeURIComponent("a\r\nSet-Cookie: x=1")}`;
  const webSocket = new WebSocket(url);
  webSocket.on("error", () => undefined);
  const [, refusal] = await next<[unknown, IncomingMessage]>((listener) =>
    webSocket.once("unexpected-response", listener),
  );
  expect([refusal.statusCode, refusal.headers["set-cookie"]]).toEqual([500, undefined]);
  expect(errors).toMatchObject([{ code: "ERR_INVALID_CHAR" }]);
});

it("closes while a middleware decides, and while requests stand in line", async () => {
  const { base, wireway } = await scene("attached", [(_request, _response, _proceed) => undefined]);
  const url = new URL(base);
  const sockets = Array.from({ length: 2 }, () => connect(Number(url.port), "127.0.0.1"));
  const [piped, left] = sockets as [ReturnType<typeof connect>, ReturnType<typeof connect>];
  const get = `POST ${url.pathname}?v=1&transport=polling HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n`;
  const ends = sockets.map((socket) => new Promise((resolve) => socket.on("error", resolve).on("close", resolve)));
  for (const socket of sockets) await new Promise((resolve) => socket.write(get + get + get, resolve));
  await fetchRaw(`${base}?v=1&transport=nothing`);
  left.destroy();
  const error = new WebSocket(`${base.replace("http", "ws")}?v=1&transport=websocket`);
  error.on("error", () => undefined);
  await fetchRaw(`${base}?v=1&transport=nothing`);
  await wireway.close({ timeoutMs: 0 });
  await Promise.all(ends);
  expect(piped.destroyed).toBe(true);
});

it("reports a failure of a middleware that comes when the request has passed", async () => {
  const late: HttpMiddleware = (_request, _response, proceed) => {
    proceed();
    throw new WirewayError("closed");
  };
  const { base, errors } = await scene("attached", [late]);
  dropped(await RawClient.join(base, "polling"));
  expect(String(errors[0])).toContain("closed");
});
