// Connections that become black holes while they live, as those of a client whose network changed.

import { once } from "node:events";
import { Agent } from "node:http";
import { afterEach, expect, test } from "vitest";
import { closed, createScene, nextMessage, type Scene } from "../../test/proxy-scene.ts";

const scenes: Scene[] = [];
const scene = async (): Promise<Scene> => {
  const created = await createScene();
  scenes.push(created);
  return created;
};
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((created) => created.close()));
});

test("strand lets everything vanish that living WebSockets carry, and new ones work", async () => {
  const stage = await scene();
  const { client, server } = await stage.dialed();
  const heard: string[] = [];
  client.on("message", (data) => heard.push(String(data)));
  server.on("message", (data) => heard.push(String(data)));
  expect(stage.proxy.strand()).toBe(1);
  const vanishesUp = stage.proxy.once("starved", ({ direction }) => direction === "up");
  const vanishesDown = stage.proxy.once("starved", ({ direction }) => direction === "down");
  client.send("up");
  server.send("down");
  await Promise.all([vanishesUp, vanishesDown]);
  const { client: later } = await stage.dialed();
  later.send("still there?");
  expect(String(await nextMessage(later))).toBe("still there?");
  expect(heard).toEqual([]);
  // Nor does either side hear that the other has gone.
  client.terminate();
  await closed(client);
  later.send("and now?");
  await nextMessage(later);
  expect(server.readyState).toBe(server.OPEN);
});

test("strand lets a response vanish that is under way or still to come, and what is asked on its connection", async () => {
  const stage = await scene();
  let serverHeardOfIt = false;
  stage.handler = (_request, response) => {
    response.once("close", () => {
      serverHeardOfIt = true;
    });
    response.write("first");
    stage.server.once("go on", () => response.write("second"));
  };
  let soFar = "";
  const begun = new Promise<void>((resolve) => {
    const onData = (text: string): void => {
      soFar = text;
      if (text === "first") resolve();
    };
    void stage.ask("/stream", { agent: stage.pool, onData });
  });
  await begun;
  stage.proxy.strand(({ path, underway }) => path === "/stream" && underway);
  const vanished = stage.proxy.once("starved");
  stage.server.emit("go on");
  expect(await vanished).toEqual({ path: "/stream", direction: "down" });
  stage.handler = (_request, response) => void response.end("new connections work");
  expect((await stage.ask("/")).body).toBe("new connections work");
  stage.pool.destroy();
  expect((await stage.ask("/")).body).toBe("new connections work");
  expect(soFar).toBe("first");
  expect(serverHeardOfIt).toBe(false);
});

test("strand swallows a request that comes later on the same connection, and the answer that a poll waits for", async () => {
  const stage = await scene();
  stage.handler = (request, response) => {
    if (request.url === "/poll") stage.server.once("go on", () => response.end("late"));
    else response.end("kept alive");
  };
  await stage.ask("/before", { agent: stage.pool });
  expect(stage.proxy.strand()).toBe(1);
  let answers = 0;
  const swallowed = stage.proxy.once("request");
  void stage.ask("/after", { agent: stage.pool, onData: () => (answers += 1) });
  await swallowed;

  const asked = once(stage.server, "request");
  const poller = new Agent({ keepAlive: true });
  void stage.ask("/poll", { agent: poller, onData: () => (answers += 1) });
  await asked;
  stage.proxy.strand(({ path }) => path === "/poll");
  // That the client gives up is not heard either.
  poller.destroy();
  await stage.ask("/");
  const vanished = stage.proxy.once("starved");
  stage.server.emit("go on");
  await vanished;
  expect((await stage.ask("/")).body).toBe("kept alive");
  expect(stage.seen.map(({ path }) => path)).toEqual(["/before", "/poll", "/", "/"]);
  expect(answers).toBe(0);
});
