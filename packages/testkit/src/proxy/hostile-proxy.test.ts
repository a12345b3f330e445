// What the proxy does in any weather: passing on faithfully, cutting, retargeting, closing.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { closed, createScene, nextMessage, type Scene } from "../../test/proxy-scene.ts";
import type { ProxyOptions } from "./index.ts";
import { createProxy } from "./index.ts";

const scenes: Scene[] = [];
const scene = async (options: Partial<ProxyOptions> = {}): Promise<Scene> => {
  const created = await createScene(options);
  scenes.push(created);
  return created;
};
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((created) => created.close()));
});

test("passes method, path, query, body, status and headers on as they came", async () => {
  const stage = await scene();
  stage.handler = (_request, response, body) => {
    response.writeHead(207, "Several Things", { "x-one": "1", "set-cookie": ["a=1", "b=2"], "content-type": "text/x" });
    response.end(body.toUpperCase());
  };
  const outcome = await stage.ask("/path?x=%20y&x=2", { method: "PUT", body: "grüße", headers: { "x-custom": "yes" } });
  expect(outcome).toMatchObject({ status: 207, body: "GRÜSSE", error: undefined });
  expect(outcome.headers).toMatchObject({ "x-one": "1", "set-cookie": ["a=1", "b=2"], "content-type": "text/x" });
  expect(stage.seen[0]).toMatchObject({ method: "PUT", path: "/path?x=%20y&x=2", body: "grüße" });
  expect(stage.seen[0]?.headers["x-custom"]).toBe("yes");
});

test("leaves Host alone, appends to X-Forwarded-For and drops hop-by-hop headers", async () => {
  const stage = await scene();
  const headers = {
    host: "shop.example",
    "x-forwarded-for": "10.0.0.9",
    connection: "x-hop",
    "x-hop": "secret",
    te: "trailers",
  };
  await stage.ask("/", { headers });
  expect(stage.seen[0]?.headers).toMatchObject({ host: "shop.example", "x-forwarded-for": "10.0.0.9, 127.0.0.1" });
  expect(stage.seen[0]?.headers).not.toHaveProperty("x-hop");
  expect(stage.seen[0]?.headers).not.toHaveProperty("te");
});

test("passes chunked request bodies, empty answers and HEAD on", async () => {
  const stage = await scene();
  // Node's client would not send this method's body chunked by itself.
  await stage.ask("/", { method: "DELETE", body: "abc", headers: { "transfer-encoding": "chunked" } });
  expect(stage.seen[0]).toMatchObject({ body: "abc", headers: { "transfer-encoding": "chunked" } });
  stage.handler = (_request, response) => void response.writeHead(204).end();
  expect(await stage.ask("/")).toMatchObject({ status: 204, body: "", error: undefined });
  stage.handler = (_request, response) => void response.writeHead(200, { "content-length": 7 }).end();
  const head = await stage.ask("/", { method: "HEAD" });
  expect(head).toMatchObject({ status: 200, body: "", error: undefined });
  expect(head.headers["content-length"]).toBe("7");
});

test("passes each chunk of a stream on at once", async () => {
  const stage = await scene();
  let stream: ServerResponse | undefined;
  stage.handler = (_request, response) => {
    stream = response;
    response.flushHeaders();
  };
  const heard: string[] = [];
  const outcome = await stage.ask("/", {
    onData: (soFar) => {
      heard.push(soFar);
      if (soFar.length < 3) stream?.write("x");
      else stream?.end();
    },
  });
  expect(heard).toEqual(["", "x", "xx", "xxx"]);
  expect(outcome.body).toBe("xxx");
});

test("several requests share one client connection and one upstream connection", async () => {
  const stage = await scene();
  for (const body of ["1", "2", "3"]) {
    expect((await stage.ask("/", { body, agent: stage.pool })).body).toBe(`echo:${body}`);
  }
  expect(stage.arrived).toHaveLength(1);
  expect(stage.proxy.connections).toBe(1);
});

test("carries a WebSocket both ways, text, binary and a megabyte, and its closing code", async () => {
  const stage = await scene();
  const { client, server } = await stage.dialed();
  expect(stage.proxy.upgradedConnections).toBe(1);
  for (const message of ["hello", "ü".repeat(100), "x".repeat(1024 * 1024)]) {
    client.send(message);
    expect(await nextMessage(client)).toBe(message);
  }
  client.close(4321, "done");
  expect(await Promise.all([closed(client), closed(server)])).toEqual([4321, 4321]);
});

test("passes on what the server sends right behind its 101", async () => {
  const stage = await scene();
  stage.sockets.on("connection", (socket) => socket.send("welcome"));
  expect(await nextMessage(stage.dial())).toBe("welcome");
});

test("passes on what the client sends right behind its upgrade request", async () => {
  const stage = await scene();
  stage.server.removeAllListeners("upgrade");
  stage.server.on("upgrade", (_request: IncomingMessage, socket, early: Buffer) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    if (early.length > 0) socket.write(early);
    socket.pipe(socket);
  });
  const raw = connect(stage.proxy.port, "127.0.0.1");
  raw.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly");
  let text = "";
  for await (const chunk of raw) {
    text += String(chunk);
    if (text.endsWith("early")) break;
  }
  expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
});

test("a server that declines an upgrade is heard", async () => {
  const stage = await scene();
  stage.sockets.options.verifyClient = (_info: unknown, verdict: (ok: boolean, code: number) => void) =>
    verdict(false, 403);
  const [, answer] = (await once(stage.dial(), "unexpected-response")) as [unknown, IncomingMessage];
  expect(answer.statusCode).toBe(403);
});

test("a connection that one side ends is ended on the other, for WebSockets and unfinished requests", async () => {
  const stage = await scene();
  const { client, server } = await stage.dialed();
  client.terminate();
  await closed(server);
  const second = await stage.dialed();
  second.server.terminate();
  await closed(second.client);
  const gone = new Promise<void>((resolve) => {
    stage.handler = (_request, response) => {
      response.once("close", resolve);
      response.write("x");
    };
  });
  const raw = connect(stage.proxy.port, "127.0.0.1").on("error", () => {});
  raw.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(raw, "data");
  raw.destroy();
  await gone;
});

test("a connection that breaks on one side breaks on the other", async () => {
  const stage = await scene();
  const one = await stage.dialed();
  const cut = stage.proxy.once("cut");
  stage.arrived[0]?.resetAndDestroy();
  await closed(one.client);
  expect((await cut).reason).toBe("upstream");
  const broken = new Promise<NodeJS.ErrnoException>((resolve) => {
    stage.server.once("connection", (socket: Socket) => socket.once("error", resolve));
  });
  stage.server.removeAllListeners("upgrade");
  stage.server.on("upgrade", (_request: IncomingMessage, socket: Socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    socket.resume();
  });
  const raw = connect(stage.proxy.port, "127.0.0.1");
  raw.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  await once(raw, "data");
  raw.resetAndDestroy();
  expect((await broken).code).toBe("ECONNRESET");
});

test("a server that breaks off an answer is not mistaken for one that completed it", async () => {
  const stage = await scene();
  stage.handler = (_request, response) => {
    response.write("part");
    setImmediate(() => response.destroy());
  };
  expect(await stage.ask("/")).toMatchObject({ status: 200, error: "ECONNRESET" });
});

test("answers 502 while the server cannot be reached, and finds it again after retarget", async () => {
  const stage = await scene();
  const other = createServer((_request, response) => void response.end("other")).listen(0, "127.0.0.1");
  await once(other, "listening");
  await stage.ask("/", { agent: stage.pool });
  stage.server.closeAllConnections();
  stage.server.close();
  await once(stage.server, "close");
  expect((await stage.ask("/", { body: "x" })).status).toBe(502);
  const [, answer] = (await once(stage.dial(), "unexpected-response")) as [unknown, IncomingMessage];
  expect(answer.statusCode).toBe(502);
  expect(stage.proxy.counters.upstreamFailures).toBe(2);
  stage.proxy.retarget({ host: "127.0.0.1", port: (other.address() as AddressInfo).port });
  expect((await stage.ask("/", { body: "x" })).body).toBe("other");
  other.closeAllConnections();
  other.close();
});

test("cut resets every living connection on both sides and says how many", async () => {
  const stage = await scene();
  const { client, server } = await stage.dialed();
  const polled = stage.proxy.once("request");
  const reached = new Promise<ServerResponse>((resolve) => {
    stage.handler = (_request, response) => resolve(response);
  });
  const poll = stage.ask("/poll");
  await polled;
  const response = await reached;
  expect(stage.proxy.connections).toBe(2);
  expect(stage.proxy.cut()).toBe(2);
  expect(stage.proxy.connections).toBe(0);
  expect(stage.proxy.cut()).toBe(0);
  await Promise.all([closed(client), closed(server), once(response, "close")]);
  expect((await poll).error).toBe("ECONNRESET");
  expect(stage.proxy.counters.cuts).toBe(2);
});

test("cut takes a filter and announces each connection", async () => {
  const stage = await scene();
  const one = await stage.dialed("/one?x=1");
  const two = await stage.dialed("/two");
  const cut = stage.proxy.once("cut");
  expect(stage.proxy.cut(({ path, upgraded, underway }) => path.startsWith("/one") && upgraded && underway)).toBe(1);
  expect(await cut).toEqual({ path: "/one?x=1", reason: "asked", upgraded: true });
  await closed(one.client);
  two.client.send("still here");
  expect(await nextMessage(two.client)).toBe("still here");
});

test("counts payload bytes of bodies and upgraded connections", async () => {
  const stage = await scene();
  await stage.ask("/", { body: "12345" });
  expect(stage.proxy.counters).toMatchObject({ requests: 1, bytesUp: 5, bytesDown: 10 });
  const { client } = await stage.dialed();
  client.send("abc"); // a masked frame of 3 bytes takes 9, an unmasked one 5
  await nextMessage(client);
  expect(stage.proxy.counters).toMatchObject({ upgrades: 1, upgradesPassed: 1, bytesUp: 14, bytesDown: 15 });
});

test("a slow client slows the server down instead of filling the proxy", async () => {
  const stage = await scene();
  const big = Buffer.alloc(64 * 1024);
  let written = 0;
  let stalled: () => void = () => {};
  const isStalled = new Promise<void>((resolve) => {
    stalled = resolve;
  });
  stage.handler = (_request, response) => {
    const fill = (): void => {
      let room = true;
      while (room && written < 200 * 1024 * 1024) {
        written += big.length;
        room = response.write(big);
      }
      // Nobody reads: the last drain is followed by none.
      clearTimeout(quiet);
      quiet = setTimeout(stalled, 60);
    };
    let quiet: NodeJS.Timeout | undefined;
    response.on("drain", fill);
    fill();
  };
  const raw = connect(stage.proxy.port, "127.0.0.1").on("error", () => {});
  raw.pause();
  raw.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await isStalled;
  expect(written).toBeLessThan(64 * 1024 * 1024);
  raw.destroy();
});

test("a slow server slows an uploading WebSocket client down", async () => {
  const stage = await scene();
  const { client, server } = await stage.dialed();
  server.pause();
  const big = Buffer.alloc(1024 * 1024);
  for (let sent = 0; sent < 64; sent += 1) client.send(big);
  const drained = new Promise<"drained">((resolve) => {
    const poll = setInterval(() => {
      if (client.bufferedAmount === 0) resolve("drained");
    }, 5);
    setTimeout(() => clearInterval(poll), 150);
  });
  const quiet = new Promise<"quiet">((resolve) => setTimeout(() => resolve("quiet"), 150));
  expect(await Promise.race([drained, quiet])).toBe("quiet");
  expect(stage.proxy.counters.bytesUp).toBeLessThan(48 * 1024 * 1024);
  client.terminate();
  server.terminate();
});

test("intercept answers by itself whatever the weather and leaves the rest alone", async () => {
  const stage = await scene({
    weather: { down: true },
    intercept: (request, response) => {
      if (request.url !== "/panel") return false;
      response.end("panel");
      return true;
    },
  });
  expect((await stage.ask("/panel")).body).toBe("panel");
  expect((await stage.ask("/")).error).toBe("ECONNRESET");
});

test("only spares other paths from every weather, on the same connection too", async () => {
  const stage = await scene({
    weather: { captivePortal: true, latencyMs: 5 },
    only: (path) => path.startsWith("/wireway/"),
  });
  expect((await stage.ask("/page", { agent: stage.pool })).body).toBe("echo:");
  expect((await stage.ask("/wireway/", { agent: stage.pool })).body).toContain("<!doctype html>");
  expect((await stage.ask("/page", { agent: stage.pool })).body).toBe("echo:");
  stage.proxy.setWeather({ captivePortal: false, upgrade: "reset" });
  const { client } = await stage.dialed("/page");
  client.terminate();
  await closed(stage.dial("/wireway/"));
  expect(stage.proxy.counters.upgradesReset).toBe(1);
});

test("close ends everything that lives and may be called twice", async () => {
  const stage = await scene({ weather: { latencyMs: 3, idleCutMs: 60_000, randomCutMs: 60_000, killAfterMs: 60_000 } });
  const { client, server } = await stage.dialed();
  stage.handler = () => {};
  const poll = stage.ask("/");
  await stage.proxy.once("request");
  stage.proxy.setWeather({ upgrade: "swallow" });
  const swallowed = stage.dial();
  await stage.proxy.once("upgrade");
  await Promise.all([stage.proxy.close(), stage.proxy.close()]);
  expect(stage.proxy.connections).toBe(0);
  await Promise.all([closed(client), closed(server), closed(swallowed)]);
  expect((await poll).error).toBe("ECONNRESET");
  expect(swallowed.readyState).toBe(WebSocket.CLOSED);
});

test("a port that is taken rejects", async () => {
  const stage = await scene();
  const target = { host: "127.0.0.1", port: 1 };
  await expect(createProxy({ target, port: stage.proxy.port })).rejects.toThrow(/EADDRINUSE/);
});

test("refuses weather that does not exist or is out of range, and changes nothing", async () => {
  const stage = await scene();
  const before = stage.proxy.weather;
  expect(() => stage.proxy.setWeather({ hail: 1 } as never)).toThrow(/no weather called "hail"/);
  expect(() => stage.proxy.setWeather({ loseResponses: 10 })).toThrow(/loseResponses is 10, it takes a probability/);
  expect(() => stage.proxy.setWeather({ upgrade: { refuse: 200 } })).toThrow(/400 to 599/);
  expect(() => stage.proxy.setWeather({ latencyMs: 1, delayMs: { min: 2, max: 1 } })).toThrow(/ascending/);

  expect(stage.proxy.weather).toBe(before);
});
