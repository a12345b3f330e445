// In a file, and so a process, of its own: it counts everything that keeps the process alive.

import { expect, test } from "vitest";
import { closed, createScene } from "../../test/proxy-scene.ts";

const alive = (kind: "TCPSocketWrap" | "TCPServerWrap" | "Timeout"): number =>
  process.getActiveResourcesInfo().filter((name) => name === kind).length;

test("no socket and no timer is left after close, whatever was under way", async () => {
  const timersBefore = alive("Timeout");
  const weather = { latencyMs: 50, idleCutMs: 60_000, randomCutMs: 60_000, killAfterMs: 60_000, duplicateRate: 1 };
  const stage = await createScene({ weather });
  const { client } = await stage.dialed();
  const starved = await stage.dialed();
  await stage.ask("/", { body: "x" });
  client.send("in the delay line");
  stage.handler = () => {};
  const poll = stage.ask("/poll");
  await stage.proxy.once("duplicated");
  stage.proxy.setWeather({ delayMs: { min: 60_000, max: 60_000 } });
  const delayed = ["/1", "/2", "/3"].map((path) => stage.ask(path));
  await stage.proxy.once("request", ({ path }) => path === "/3");
  // A client that leaves while its connection is starved leaves the server's side open.
  stage.proxy.setWeather({ starve: "both", upgrade: "swallow" });
  starved.client.terminate();
  await closed(starved.client);
  const swallowed = stage.dial();
  await stage.proxy.once("upgrade");
  const unconnected = stage.proxy.once("request", ({ path }) => path === "/last");
  stage.proxy.setWeather({ delayMs: null, latencyMs: 0 });
  const last = stage.ask("/last");
  await unconnected;
  expect(alive("TCPSocketWrap")).toBeGreaterThan(8);
  const ends = Promise.all([closed(client), closed(swallowed), poll, ...delayed, last]);
  await stage.proxy.close();
  await ends;
  await stage.close();
  // The test's own server and clients may need another turn of the loop; what the proxy forgot would stay for good.
  while (alive("TCPSocketWrap") + alive("TCPServerWrap") > 0) await new Promise((resolve) => setImmediate(resolve));
  expect(alive("Timeout")).toBeLessThanOrEqual(timersBefore);
});

test("close does not wait for pooled connections to end by themselves", async () => {
  const stage = await createScene();
  await stage.ask("/");
  const startedAtMs = performance.now();
  await stage.proxy.close();
  expect(performance.now() - startedAtMs).toBeLessThan(800); // they would after a second
  await stage.close();
});
