// Every field of the weather that concerns upgrades and upgraded connections, each proven with a real WebSocket server.

import type { IncomingMessage } from "node:http";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { closed, createScene, nextMessage, type Scene } from "../../test/proxy-scene.ts";
import type { Weather } from "./index.ts";

const scenes: Scene[] = [];
const scene = async (weather: Partial<Weather>): Promise<Scene> => {
  const created = await createScene({ weather });
  scenes.push(created);
  return created;
};
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((created) => created.close()));
});
const declined = (socket: WebSocket): Promise<IncomingMessage> =>
  new Promise((resolve) => {
    socket.once("unexpected-response", (_request, answer) => {
      answer.resume();
      resolve(answer);
    });
  });
/** Waits until what was sent before had every chance to arrive: a round trip over another connection. */
const roundTrip = async (stage: Scene): Promise<void> => {
  for (let index = 0; index < 3; index += 1) await stage.ask("/");
};

test.each([400, 403, 426, 502])("refuse answers an upgrade with %i without reaching the server", async (status) => {
  const stage = await scene({ upgrade: { refuse: status } });
  const upgrade = stage.proxy.once("upgrade");
  expect((await declined(stage.dial("/x?y"))).statusCode).toBe(status);
  expect(await upgrade).toEqual({ path: "/x?y", verdict: "refused" });
  expect(stage.arrived).toHaveLength(0);
  expect(stage.proxy.counters).toMatchObject({ upgrades: 1, upgradesRefused: 1, upgradesPassed: 0 });
});

test("swallow accepts an upgrade, never answers, and notices when the client leaves", async () => {
  const stage = await scene({ upgrade: "swallow" });
  const upgrade = stage.proxy.once("upgrade");
  const client = stage.dial();
  expect((await upgrade).verdict).toBe("swallowed");
  await roundTrip(stage);
  expect(client.readyState).toBe(WebSocket.CONNECTING);
  expect(stage.proxy.connections).toBeGreaterThanOrEqual(1);
  expect(stage.sockets.clients.size).toBe(0);
  client.terminate();
  while (stage.proxy.connections > 0) await new Promise(setImmediate);
  expect(stage.proxy.counters).toMatchObject({ upgradesSwallowed: 1, cuts: 0 });
});

test("reset breaks the connection of an upgrade", async () => {
  const stage = await scene({ upgrade: "reset" });
  const client = stage.dial();
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => client.once("error", resolve));
  expect(error.code ?? error.message).toMatch(/ECONNRESET|hang up/);
  expect(stage.arrived).toHaveLength(0);
  expect(stage.proxy.counters.upgradesReset).toBe(1);
});

test("strip forwards an upgrade as a plain request, and the client gets the plain answer", async () => {
  const stage = await scene({ upgrade: "strip" });
  stage.handler = (_request, response) => void response.writeHead(418).end("x".repeat(500_000));
  const answer = await declined(stage.dial("/strip"));
  expect(answer.statusCode).toBe(418);
  expect(stage.seen[0]?.path).toBe("/strip");
  expect(stage.seen[0]?.headers).not.toHaveProperty("upgrade");
  expect(stage.seen[0]?.headers).toHaveProperty("sec-websocket-key");
  let bytes = 0;
  for await (const chunk of answer) bytes += (chunk as Buffer).length;
  expect(bytes).toBeLessThanOrEqual(500_000);
  while (stage.proxy.connections > 0) await new Promise(setImmediate);
  expect(stage.proxy.counters.upgradesStripped).toBe(1);
});

test("the weather may change between two upgrades", async () => {
  const stage = await scene({ upgrade: { refuse: 403 } });
  await declined(stage.dial());
  stage.proxy.setWeather({ upgrade: "pass" });
  const { client } = await stage.dialed();
  client.send("through");
  expect(await nextMessage(client)).toBe("through");
});

test("killAfterMs resets both sides so long after the 101", async () => {
  const stage = await scene({ killAfterMs: 30 });
  const cut = stage.proxy.once("cut");
  const { client, server } = await stage.dialed();
  const startedAtMs = performance.now();
  expect(await Promise.all([closed(client), closed(server)])).toEqual([1006, 1006]);
  expect(performance.now() - startedAtMs).toBeGreaterThan(20);
  expect(await cut).toMatchObject({ reason: "killAfterMs", upgraded: true });
  expect(stage.proxy.counters.upgradesKilled).toBe(1);
});

test("killAfterMs reaches connections that live already, and lets go of them when it is switched off", async () => {
  const stage = await scene({});
  const one = await stage.dialed();
  stage.proxy.setWeather({ killAfterMs: 60_000 });
  stage.proxy.setWeather({ killAfterMs: null });
  one.client.send("alive");
  expect(await nextMessage(one.client)).toBe("alive");
  stage.proxy.setWeather({ killAfterMs: 1 });
  await closed(one.client);
});

test("killAfterBytes passes exactly so many bytes, both directions together, then resets", async () => {
  const stage = await scene({ killAfterBytes: 1000 });
  stage.sockets.removeAllListeners("connection");
  const { client, server } = await stage.dialed();
  const ends = Promise.all([closed(client), closed(server)]);
  client.send("x".repeat(100)); // 106 bytes with its masked header
  expect(await nextMessage(server)).toHaveLength(100);
  server.send("y".repeat(890)); // 894 bytes: 1000 in all
  expect(await nextMessage(client)).toHaveLength(890);
  await ends;
  expect(stage.proxy.counters).toMatchObject({ bytesUp: 106, bytesDown: 894, upgradesKilled: 1 });
});

test("killAfterBytes tears a frame that goes beyond", async () => {
  const stage = await scene({ killAfterBytes: 50 });
  const { client, server } = await stage.dialed();
  const messages: unknown[] = [];
  server.on("message", (data) => messages.push(data));
  client.send("x".repeat(100));
  await closed(server);
  expect(messages).toEqual([]);
  expect(stage.proxy.counters.bytesUp).toBe(50);
});

test("killAfterBytes of 0 lets only the 101 through", async () => {
  const stage = await scene({ killAfterBytes: 0 });
  const client = stage.dial();
  let opened = false;
  client.once("open", () => {
    opened = true;
  });
  await closed(client);
  expect(opened).toBe(true);
});

test("starve down lets the 101 through and nothing the server says after it", async () => {
  const stage = await scene({ starve: "down" });
  const starved = stage.proxy.once("starved");
  const { client, server } = await stage.dialed();
  const heard: unknown[] = [];
  client.on("message", (data) => heard.push(data));
  client.send("hear me");
  expect(await nextMessage(server)).toBe("hear me"); // its echo vanishes
  expect(await starved).toEqual({ path: "/socket", direction: "down" });
  await roundTrip(stage);
  expect(heard).toEqual([]);
  expect([client.readyState, server.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
  expect(stage.proxy.counters.bytesStarved).toBe(9);
});

test("starve down swallows even what the server sends right behind its 101", async () => {
  const stage = await scene({ starve: "down" });
  stage.sockets.on("connection", (socket) => socket.send("welcome"));
  const heard: unknown[] = [];
  const client = stage.dial();
  client.on("message", (data) => heard.push(data));
  await new Promise((resolve) => client.once("open", resolve));
  while (stage.proxy.counters.bytesStarved < 9) await stage.proxy.once("starved");
  await roundTrip(stage);
  expect(heard).toEqual([]);
});

test("starve up lets the server talk and the client not", async () => {
  const stage = await scene({ starve: "up" });
  const { client, server } = await stage.dialed();
  const heard: unknown[] = [];
  server.on("message", (data) => heard.push(data));
  const starved = stage.proxy.once("starved");
  client.send("into the void");
  expect((await starved).direction).toBe("up");
  server.send("hello?");
  expect(await nextMessage(client)).toBe("hello?");
  expect(heard).toEqual([]);
});

test("starve reaches living connections, and one that lost bytes stays starved: TCP has no gaps", async () => {
  const stage = await scene({});
  const torn = await stage.dialed();
  const spared = await stage.dialed();
  stage.proxy.setWeather({ starve: "both" });
  const starved = stage.proxy.once("starved");
  torn.client.send("lost");
  await starved;
  stage.proxy.setWeather({ starve: null });
  const heard: unknown[] = [];
  torn.server.on("message", (data) => heard.push(data));
  torn.client.send("lost too");
  spared.client.send("nothing was lost here");
  expect(await nextMessage(spared.client)).toBe("nothing was lost here");
  torn.server.send("down was never torn");
  expect(await nextMessage(torn.client)).toBe("down was never torn");
  expect(heard).toEqual([]);
});

test("the end of a starved connection vanishes too, until the other side or a cut ends it", async () => {
  const stage = await scene({ starve: "both" });
  const { client, server } = await stage.dialed();
  client.terminate();
  await closed(client);
  while (stage.proxy.connections > 0) await new Promise(setImmediate);
  await roundTrip(stage);
  expect(server.readyState).toBe(WebSocket.OPEN);
  expect(stage.proxy.cut()).toBeGreaterThanOrEqual(0);
  await closed(server);
});

test("starveAfterMs freezes a connection only later", async () => {
  const stage = await scene({ starve: "both", starveAfterMs: 60_000 });
  const { client } = await stage.dialed();
  client.send("early");
  expect(await nextMessage(client)).toBe("early");
  stage.proxy.setWeather({ starveAfterMs: 1 });
  const starved = stage.proxy.once("starved");
  await new Promise((resolve) => setTimeout(resolve, 2));
  client.send("late");
  await starved;
});

test("latencyMs delays upgraded bytes both ways and keeps their order while it changes", async () => {
  const stage = await scene({});
  const { client } = await stage.dialed();
  stage.proxy.setWeather({ latencyMs: 15 });
  const startedAtMs = performance.now();
  client.send("there and back");
  await nextMessage(client);
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(29);
  const sent = Array.from({ length: 200 }, (_, index) => `${index}:${"x".repeat(index * 10)}`);
  const heard: string[] = [];
  const all = new Promise<void>((resolve) => {
    client.on("message", (data) => {
      heard.push((data as Buffer).toString());
      stage.proxy.setWeather({ latencyMs: heard.length % 4 });
      if (heard.length === sent.length) resolve();
    });
  });
  for (const message of sent) client.send(message);
  await all;
  expect(heard).toEqual(sent);
});

test("latencyMs delays the handshake, and a megabyte still gets through intact", async () => {
  const stage = await scene({ latencyMs: 10 });
  const startedAtMs = performance.now();
  const { client } = await stage.dialed();
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(19);
  const message = Buffer.from(Array.from({ length: 5 * 1024 * 1024 }, (_, index) => index % 251));
  client.send(message);
  const echo = await new Promise<Buffer>((resolve) => client.once("message", (data) => resolve(data as Buffer)));
  expect(echo.equals(message)).toBe(true);
});

test("idleCutMs cuts an upgraded connection on which nothing moves, not one that talks", async () => {
  const stage = await scene({ idleCutMs: 200 });
  const talking = await stage.dialed("/talking");
  const beat = setInterval(() => talking.client.send("x"), 5);
  const silent = await stage.dialed("/silent");
  const cut = await stage.proxy.once("cut");
  expect(cut).toEqual({ path: "/silent", reason: "idle", upgraded: true });
  await closed(silent.client);
  expect(talking.client.readyState).toBe(WebSocket.OPEN);
  clearInterval(beat);
  await closed(talking.client);
});

test("randomCutMs ends upgraded connections too", async () => {
  const stage = await scene({ randomCutMs: 10 });
  const cut = stage.proxy.once("cut");
  await closed(stage.dial());
  expect((await cut).reason).toBe("random");
});

test("down spares an upgraded connection that lives", async () => {
  const stage = await scene({});
  const { client } = await stage.dialed();
  stage.proxy.setWeather({ down: true });
  client.send("still");
  expect(await nextMessage(client)).toBe("still");
  await closed(stage.dial());
});
