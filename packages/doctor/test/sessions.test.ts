// What an examination leaves behind at the server: nothing, whatever stands in between; and what the application hears of
// it: one client.

import { connect } from "@wireway/client";
import { Server } from "@wireway/server";
import { afterEach, expect, test } from "vitest";
import { checkOf, examined, found, Scene } from "./scene.ts";

const scene = new Scene();
afterEach(() => scene.close());

test("leaves no session behind, whatever the weather", { timeout: 60_000 }, async () => {
  // Those that were left would stay for two minutes, and soon there were no room for the others.
  const { proxy, url } = await scene.proxied({ maxSessions: 8, resumeWindowMs: 120_000 });
  const calm = proxy.weather;
  for (const weather of [
    { starve: "down" },
    { starve: "up" },
    { bufferResponses: true },
    { killAfterMs: 300 },
    { upgrade: "swallow" },
    { maxBodyBytes: 20_000 },
    {},
    {},
    {},
  ] as const) {
    proxy.setWeather({ ...calm, ...weather });
    expect(found(await examined(url)).join()).not.toContain("server_full");
  }
  proxy.setWeather(calm);
  const sockets = Array.from({ length: 8 }, () => connect(url, { forceNew: true }));
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.on("connect", () => resolve()))));
  await Promise.all(sockets.map((socket) => socket.close()));
});

test("is seen by the application once, as a client that comes and goes", async () => {
  const { wireway, url } = await scene.wireway();
  let connections = 0;
  const left = new Promise<string>((resolve) => {
    wireway.on("connection", (socket) => {
      connections += 1;
      socket.on("disconnect", resolve);
    });
  });
  await examined(url);
  expect([connections, await left]).toEqual([1, "closed"]);
});

test("takes an application that lets nobody in for a way that works", async () => {
  const { wireway, url } = await scene.wireway();
  wireway.on("error", () => {});
  wireway.use(() => {
    throw new Error("who are you?");
  });
  const report = await examined(url);
  expect(report.exitCode).toBe(0);
  expect(checkOf(report, "client").summary).toContain("the application refused the doctor");
});

test("names a namespace that does not exist", async () => {
  const { url } = await scene.wireway();
  const report = await examined(`${url}/chat`);
  expect(found(report)).toEqual(["client: namespace_unknown"]);
  expect(report.exitCode).toBe(1);
});

test("names a server without room", async () => {
  const { url } = await scene.wireway({ maxSessions: 1 });
  const socket = connect(url, { forceNew: true });
  await new Promise<void>((resolve) => socket.on("connect", () => resolve()));
  const report = await examined(url);
  await socket.close();
  expect(found(report)).toEqual([
    "websocket: server_full",
    "streaming: server_full",
    "sse: server_full",
    "polling: server_full",
  ]);
  expect(checkOf(report, "polling").findings[0]?.evidence).toMatch(/Retry-After: \d+/);
  expect(report.exitCode).toBe(2);
});

test("tells what became of the client's dials when the client alone does not get through", async () => {
  const wireway = new Server();
  const handler = wireway.handler();
  const url = await scene.foreign((request, response) => {
    if (request.headers["user-agent"] === "wireway-doctor") handler(request, response);
    else response.writeHead(403).end();
  });
  const report = await examined(url, { timeoutMs: 700 });
  await wireway.close({ timeoutMs: 0 });
  expect(found(report)).toEqual(["client: client_failed"]);
  expect(checkOf(report, "client").summary).toMatch(/not connected within 700 ms \(websocket: .*403.*polling: .*403/);
  expect(report.exitCode).toBe(1);
});
