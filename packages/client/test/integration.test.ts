// The client against the real server, over real sockets, in Node.

import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Socket as TcpSocket } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { Server, type ServerOptions } from "@wireway/server";
import { createProxy, type Weather } from "@wireway/testkit";
import { afterEach, describe, expect, it } from "vitest";
import {
  type ConnectOptions,
  connect,
  polling,
  type Socket,
  sse,
  streaming,
  type Transport,
  webSocket,
} from "../src/index.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Stage {
  readonly server: Server;
  readonly http: HttpServer;
  readonly url: string;
  /** Destroys every TCP connection, without a word to either end. */
  readonly cut: () => void;
}

async function stage(options?: ServerOptions, port = 0): Promise<Stage> {
  const server = new Server(options);
  const http = await server.listen(port, "127.0.0.1");
  const sockets = new Set<TcpSocket>();
  http.on("connection", (socket: TcpSocket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  cleanups.push(() => server.close());
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return { server, http, cut, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

function open(url: string, options: ConnectOptions): Socket {
  const socket = connect(url, { forceNew: true, ...options });
  cleanups.push(() => socket.close());
  return socket;
}

function next(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    socket.once(event, (...args: unknown[]) => resolve(args));
  });
}

const values: unknown[] = [
  "",
  "text",
  "ünïcödé \u{1f600} \u2028 \u001e \0",
  { nested: [{ bytes: new Uint8Array([0, 1, 255]) }, new Uint8Array(), "\0" + "0"] },
  "m".repeat(1_000_000),
  new Uint8Array(1_000_000).fill(7),
  [null, true, -1.5, { __proto__x: 1 }],
];

const transports: readonly (() => Transport)[] = [webSocket, streaming, sse, polling];

describe.each(transports.map((transport) => [transport().name, transport] as const))("%s", (name, transport) => {
  it("carries every value both ways and brings back acknowledgements", async () => {
    const { server, url } = await stage();
    server.on("connection", (socket) => {
      socket.on("echo", (value: unknown) => {
        socket.emit("heard", value);
        return value;
      });
    });
    const socket = open(url, { transports: [transport()] });
    const heard: unknown[] = [];
    socket.on("heard", (value: unknown) => heard.push(value));
    const answers = await Promise.all(values.map((value) => socket.emitWithAck("echo", value)));
    // A deep comparison of large arrays takes seconds.
    expect(isDeepStrictEqual(answers, values)).toBe(true);
    expect(isDeepStrictEqual(heard, values)).toBe(true);
    expect(socket.connection?.transport).toBe(name);
  });

  it("asks the client too", async () => {
    const { server, url } = await stage();
    const answer = new Promise((resolve) => {
      server.on("connection", (socket) => resolve(socket.emitWithAck("double", 21)));
    });
    const socket = open(url, { transports: [transport()] });
    socket.on("double", async (value: number) => Promise.resolve(value * 2));
    expect(await answer).toBe(42);
  });

  it("keeps a thousand messages in order each way while the connections are cut", async () => {
    const { server, url, cut } = await stage();
    const up: number[] = [];
    server.on("connection", (socket) => {
      socket.on("up", (number: number) => {
        up.push(number);
        socket.emit("down", number);
      });
    });
    const socket = open(url, { transports: [transport()] });
    const down: number[] = [];
    const disconnects: string[] = [];
    socket.on("disconnect", (reason) => disconnects.push(reason));
    const done = new Promise<void>((resolve) => {
      socket.on("down", (number: number) => {
        down.push(number);
        if (number % 100 === 50) cut();
        if (number % 20 === 19 && number < 999)
          for (let index = 1; index <= 20; index++) socket.emit("up", number + index);
        if (number === 999) resolve();
      });
    });
    for (let number = 0; number < 20; number++) socket.emit("up", number);
    await done;
    const all = Array.from({ length: 1_000 }, (_, number) => number);
    expect(up).toEqual(all);
    expect(down).toEqual(all);
    expect(disconnects).toEqual([]);
  }, 60_000);

  it("hears that the server closed the socket, and stays closed", async () => {
    const { server, url } = await stage();
    server.on("connection", (socket) => {
      socket.on("enough", () => socket.disconnect());
    });
    const socket = open(url, { transports: [transport()] });
    socket.emit("enough");
    const [reason] = await next(socket, "disconnect");
    expect([reason, socket.active]).toEqual(["closed", false]);
  });

  // The server's session drops what came in one write with the close packet; remove `fails` when it delivers it.
  it("says its last words before it goes", async () => {
    const { server, url } = await stage();
    const heard: unknown[] = [];
    const gone = new Promise((resolve) => {
      server.on("connection", (socket) => {
        socket.on("word", (word: string) => heard.push(word));
        socket.on("disconnect", resolve);
      });
    });
    const socket = open(url, { transports: [transport()] });
    await next(socket, "connect");
    const left = next(socket, "disconnect");
    socket.emit("word", "last");
    void socket.close();
    expect((await left)[0]).toBe("closed");
    expect(await gone).toBe("closed");
    expect(heard).toEqual(["last"]);
  }, 2_000);

  it("begins a new session when the server was started again, and says what was not confirmed", async () => {
    const first = await stage();
    const port = Number(new URL(first.url).port);
    const socket = open(first.url, { transports: [transport()] });
    await next(socket, "connect");
    const { id } = socket;
    const disconnected = next(socket, "disconnect");
    const again = next(socket, "connect");
    await first.server.close({ timeoutMs: 200 });
    first.http.close();
    first.cut();
    const [reason] = await disconnected;
    expect(reason).toBe("server_closing");
    await stage({}, port);
    await again;
    expect(socket.id).not.toBe(id);
  });
});

it("settles on the WebSocket where everything works", async () => {
  const { url } = await stage();
  const socket = open(url, {});
  await next(socket, "connect");
  expect(socket.connection?.transport).toBe("websocket");
});

describe.each([
  ["refused", { upgrade: { refuse: 403 } }],
  ["swallowed", { upgrade: "swallow" }],
  ["starved towards the client", { starve: "down" }],
  ["starved towards the server", { starve: "up" }],
] as const)("where upgrades are %s", (_what, weather) => {
  it("talks over streaming, and loses nothing", async () => {
    const { server, http } = await stage({ origins: "*" });
    server.on("connection", (socket) => {
      socket.on("echo", (value: number) => value);
    });
    const { port } = http.address() as AddressInfo;
    const proxy = await createProxy({ target: { host: "127.0.0.1", port }, weather });
    cleanups.push(() => proxy.close());
    const socket = open(proxy.url, {});
    const answers = await Promise.all([1, 2, 3].map((value) => socket.emitWithAck("echo", value)));
    expect(answers).toEqual([1, 2, 3]);
    expect(socket.connection?.transport).toBe("streaming");
  });
});

it("talks over polling where streams are buffered and upgrades refused", async () => {
  const { http } = await stage({ origins: "*" });
  const { port } = http.address() as AddressInfo;
  const weather: Partial<Weather> = { upgrade: { refuse: 403 }, bufferResponses: true };
  const proxy = await createProxy({ target: { host: "127.0.0.1", port }, weather });
  cleanups.push(() => proxy.close());
  const socket = open(proxy.url, {});
  await next(socket, "connect");
  expect(socket.connection?.transport).toBe("polling");
});

it("tells that a server was not reached, and reaches it later", async () => {
  const first = await stage();
  const port = Number(new URL(first.url).port);
  await first.server.close();
  first.http.close();
  const socket = open(first.url, {});
  const [error] = await next(socket, "connect_error");
  expect(error).toMatchObject({ code: "unreachable" });
  expect(String(error)).toMatch(/websocket: .*ECONNREFUSED.*streaming: .*ECONNREFUSED.*polling: .*ECONNREFUSED/);
  await stage({}, port);
  await next(socket, "connect");
  expect(socket.connected).toBe(true);
});

it("carries auth to the server, and the server's refusal back", async () => {
  const { server, url } = await stage();
  server.use((socket, done) => done(socket.handshake.auth["key"] === "right" ? undefined : new Error("wrong key")));
  const wrong = open(url, { auth: { key: "wrong" } });
  wrong.emit("lost", 1);
  const disconnected = next(wrong, "disconnect");
  expect((await next(wrong, "connect_error"))[0]).toMatchObject({ code: "refused", details: { why: "wrong key" } });
  expect((await disconnected)[1]).toMatchObject({ unconfirmed: [{ event: "lost", args: [1] }] });
  const right = open(url, { auth: () => Promise.resolve({ key: "right" }) });
  await next(right, "connect");
});

it("says when a namespace does not exist, and leaves the others alone", async () => {
  const { server, url } = await stage();
  server.of("/news");
  const [nowhere, news] = ["/nowhere", "/news"].map((path) => {
    const socket = connect(url + path);
    cleanups.push(() => socket.close());
    socket.emit("early");
    return socket;
  }) as [Socket, Socket];
  expect((await next(nowhere, "connect_error"))[0]).toMatchObject({ code: "unknown_namespace" });
  if (!news.connected) await next(news, "connect");
  expect(news.connected).toBe(true);
});
