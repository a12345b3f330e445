// Every field of the weather that concerns plain requests and their responses, each proven over real sockets.

import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { createScene, type Scene } from "../../test/proxy-scene.ts";
import type { ProxyOptions, Weather } from "./index.ts";

const scenes: Scene[] = [];
const scene = async (weather: Partial<Weather>, options: Partial<ProxyOptions> = {}): Promise<Scene> => {
  const created = await createScene({ weather, ...options });
  scenes.push(created);
  return created;
};
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((created) => created.close()));
});
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

test("duplicateRate sends a request with its body twice and the client hears one answer", async () => {
  const stage = await scene({ duplicateRate: 1 });
  let answers = 0;
  stage.handler = (_request, response) => {
    answers += 1;
    response.end(`answer ${answers}`);
  };
  const body = "x".repeat(300_000);
  const duplicated = stage.proxy.once("duplicated");
  const outcome = await stage.ask("/append", { body, agent: stage.pool });
  expect(outcome.body).toMatch(/^answer [12]$/);
  expect(await duplicated).toEqual({ method: "POST", path: "/append" });
  if (stage.seen.length < 2) await once(stage.server, "request").then(() => new Promise(setImmediate));
  expect(stage.seen.map((request) => request.body === body)).toEqual([true, true]);
  expect(stage.proxy.counters).toMatchObject({ requests: 1, duplicated: 1, bytesUp: body.length });
});

test("either copy of a duplicated request may be the one whose answer is heard", async () => {
  const stage = await scene({ duplicateRate: 1 });
  const copies = new Map<string, number>();
  stage.handler = (_request, response, body) => {
    copies.set(body, (copies.get(body) ?? 0) + 1);
    response.end(copies.get(body) === 1 ? "first" : "second");
  };
  const answers = new Set<string>();
  for (const body of times(12, String)) answers.add((await stage.ask("/", { body })).body);
  expect([...answers].sort()).toEqual(["first", "second"]);
});

test("a client that goes takes both copies of its request with it", async () => {
  const stage = await scene({ duplicateRate: 1 });
  const closing: Promise<unknown>[] = [];
  const reached = new Promise<void>((resolve) => {
    stage.handler = (_request, response) => {
      closing.push(once(response, "close"));
      if (closing.length === 2) resolve();
    };
  });
  const outcome = stage.ask("/", { body: "x", agent: stage.pool });
  await reached;
  stage.pool.destroy();
  await outcome;
  await Promise.all(closing);
});

test("delayMs lets requests overtake one another", async () => {
  const stage = await scene({ delayMs: { min: 0, max: 30 } });
  const sent = times(12, String);
  await Promise.all(sent.map((body) => stage.ask("/", { body })));
  const arrived = stage.seen.map((request) => request.body);
  expect([...arrived].sort()).toEqual([...sent].sort());
  expect(arrived).not.toEqual(sent);
});

test("delayMs waits at least its minimum", async () => {
  const stage = await scene({ delayMs: { min: 20, max: 20 } });
  const startedAtMs = performance.now();
  await stage.ask("/");
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(19);
});

test("maxBodyBytes answers 413 by the announced length, and the connection goes on", async () => {
  const stage = await scene({ maxBodyBytes: 100 });
  expect((await stage.ask("/", { body: "x".repeat(101), agent: stage.pool })).status).toBe(413);
  expect((await stage.ask("/", { body: "x".repeat(100), agent: stage.pool })).status).toBe(200);
  expect(stage.seen).toHaveLength(1);
  expect(stage.proxy.counters.bodiesRefused).toBe(1);
});

test("maxBodyBytes answers 413 when a chunked body turns out too long, once, and the server's copy is broken off", async () => {
  const stage = await scene({ maxBodyBytes: 100 });
  const headers = { "transfer-encoding": "chunked" };
  const outcome = await stage.ask("/", { body: "x".repeat(1_000_000), headers, agent: stage.pool });
  expect(outcome).toMatchObject({ status: 413, error: undefined });
  expect(stage.seen).toHaveLength(0);
  expect(stage.proxy.counters.bodiesRefused).toBe(1);
  expect((await stage.ask("/", { body: "x", agent: stage.pool })).status).toBe(200);
});

test("errorRate answers with errorStatus without reaching the server", async () => {
  const stage = await scene({ errorRate: 1, errorStatus: 504 });
  expect((await stage.ask("/", { body: "x" })).status).toBe(504);
  stage.proxy.setWeather({ errorRate: 0 });
  expect((await stage.ask("/", { body: "y" })).status).toBe(200);
  expect(stage.seen.map((request) => request.body)).toEqual(["y"]);
  expect(stage.proxy.counters.errorsAnswered).toBe(1);
});

test("errorRate is a probability and its dice follow the seed", async () => {
  const statuses = async (seed: number): Promise<string> => {
    const stage = await scene({ errorRate: 0.5 }, { seed });
    const outcomes: (number | undefined)[] = [];
    for (const path of times(16, () => "/")) outcomes.push((await stage.ask(path, { agent: stage.pool })).status);
    return outcomes.join();
  };
  const [first, again, other] = [await statuses(1), await statuses(1), await statuses(2)];
  expect(first).toBe(again);
  expect(first).not.toBe(other);
  expect(first).toContain("200");
  expect(first).toContain("502");
});

test("bufferResponses holds a response, head included, until the server has completed it", async () => {
  const stage = await scene({ bufferResponses: true });
  const streams: ServerResponse[] = [];
  const reached = new Promise<void>((resolve) => {
    stage.handler = (_request, response) => {
      streams.push(response);
      response.write("first ", () => resolve());
    };
  });
  const heard: string[] = [];
  const outcome = stage.ask("/stream", { onData: (soFar) => heard.push(soFar) });
  await reached;
  // Requests that are completed meanwhile show that the first chunk had every chance to arrive.
  stage.handler = (_request, response) => void response.end("other");
  for (const path of times(3, () => "/")) await stage.ask(path);
  expect(heard).toEqual([]);
  streams[0]?.end("second");
  expect((await outcome).body).toBe("first second");
});

test("bufferResponses lets go when maxBufferedBytes are held", async () => {
  const stage = await scene({ bufferResponses: true }, { maxBufferedBytes: 1000 });
  stage.handler = (_request, response) => void response.write("x".repeat(1000));
  const received = new Promise<void>((resolve) => {
    void stage.ask("/stream", { onData: (soFar) => soFar.length === 1000 && resolve() });
  });
  await received;
});

test("loseNextResponses loses so many after the server wrote them completely, and no more", async () => {
  const stage = await scene({ loseNextResponses: 2 });
  const finished: Promise<unknown>[] = [];
  stage.handler = (_request, response, body) => {
    finished.push(once(response, "finish"));
    response.write("begin ");
    response.end(`echo:${body}`);
  };
  const lost = stage.proxy.once("responseLost");
  const one = await stage.ask("/a", { body: "1", agent: stage.pool });
  expect(one).toMatchObject({ status: undefined, body: "", error: "ECONNRESET" });
  expect(await lost).toEqual({ method: "POST", path: "/a" });
  expect(stage.proxy.weather.loseNextResponses).toBe(1);
  expect((await stage.ask("/a", { body: "2", agent: stage.pool })).error).toBe("ECONNRESET");
  expect((await stage.ask("/a", { body: "3", agent: stage.pool })).body).toBe("begin echo:3");
  await Promise.all(finished);
  expect(stage.seen.map((request) => request.body)).toEqual(["1", "2", "3"]);
  expect(stage.proxy.counters).toMatchObject({ responsesLost: 2, cuts: 2, requests: 3 });
});

test("a lost response leaves nothing behind on the upstream connection that others use after it", async () => {
  const stage = await scene({ loseNextResponses: 1 });
  expect((await stage.ask("/", { body: "lost".repeat(50_000) })).error).toBe("ECONNRESET");
  expect((await stage.ask("/", { body: "kept" })).body).toBe("echo:kept");
  expect(stage.arrived).toHaveLength(1);
});

test("loseResponses is a probability", async () => {
  const stage = await scene({ loseResponses: 0.5 });
  const errors: (string | undefined)[] = [];
  for (const body of times(24, String)) errors.push((await stage.ask("/", { body })).error);
  expect(stage.seen).toHaveLength(24);
  const { responsesLost } = stage.proxy.counters;
  expect(errors.filter((error) => error === "ECONNRESET")).toHaveLength(responsesLost);
  expect(responsesLost).toBeGreaterThan(3);
  expect(responsesLost).toBeLessThan(21);
});

test("cutResponsesAfterBytes resets the client after exactly so many bytes of the body", async () => {
  const stage = await scene({ cutResponsesAfterBytes: 5 });
  stage.handler = (_request, response) => void response.end("0123456789");
  const outcome = await stage.ask("/");
  expect(outcome).toMatchObject({ status: 200, body: "01234", error: "ECONNRESET" });
  stage.handler = (_request, response) => void response.end("0123");
  expect(await stage.ask("/")).toMatchObject({ body: "0123", error: undefined });
  expect(stage.proxy.counters.responsesCut).toBe(1);
});

test("cutResponsesAfterBytes of 0 lets the head through and nothing else", async () => {
  const stage = await scene({ cutResponsesAfterBytes: 0 });
  stage.handler = (_request, response) => response.flushHeaders();
  expect(await stage.ask("/")).toMatchObject({ status: 200, body: "", error: "ECONNRESET" });
  stage.handler = (_request, response) => void response.end("0123456789");
  expect(await stage.ask("/")).toMatchObject({ status: 200, body: "", error: "ECONNRESET" });
});

test("cutResponsesAfterBytes cuts a stream that goes on, on the server's side too", async () => {
  const stage = await scene({ cutResponsesAfterBytes: 4 });
  const gone = new Promise<void>((resolve) => {
    stage.handler = (_request, response) => {
      response.once("close", resolve);
      response.write("0123");
    };
  });
  expect(await stage.ask("/")).toMatchObject({ body: "0123", error: "ECONNRESET" });
  await gone;
});

test("truncateResponsesAfterBytes ends a body early so that it looks complete", async () => {
  const stage = await scene({ truncateResponsesAfterBytes: 3 });
  stage.handler = (_request, response) => void response.setHeader("content-length", 10).end("0123456789");
  expect(await stage.ask("/", { agent: stage.pool })).toMatchObject({ status: 200, body: "012", error: undefined });
  stage.handler = (_request, response) => void response.end("ab");
  expect(await stage.ask("/", { agent: stage.pool })).toMatchObject({ body: "ab", error: undefined });
  expect(stage.proxy.counters.responsesTruncated).toBe(1);
});

test("truncateResponsesAfterBytes ends a stream that goes on, on the server's side too", async () => {
  const stage = await scene({ truncateResponsesAfterBytes: 4 });
  const gone = new Promise<void>((resolve) => {
    stage.handler = (_request, response) => {
      response.once("close", resolve);
      response.write("0123");
    };
  });
  expect(await stage.ask("/")).toMatchObject({ body: "0123", error: undefined });
  await gone;
});

test("starveResponsesAfterMs makes bytes vanish while both ends believe in the connection", async () => {
  const stage = await scene({ starveResponsesAfterMs: 0 });
  let serverClosed = false;
  stage.handler = (_request, response) => {
    response.once("close", () => {
      serverClosed = true;
    });
    response.write("never heard");
  };
  const starved = stage.proxy.once("starved");
  const heard: string[] = [];
  const outcome = stage.ask("/stream", { agent: stage.pool, onData: (soFar) => heard.push(soFar) });
  expect(await starved).toEqual({ path: "/stream", direction: "down" });
  stage.proxy.setWeather({ starveResponsesAfterMs: null });
  for (const path of times(3, () => "/")) void stage.ask(path);
  await stage.proxy.once("request");
  expect(heard).toEqual([""]);
  expect(stage.proxy.counters.bytesStarved).toBe(11);
  // The client gives up; the server does not hear of it.
  stage.pool.destroy();
  await outcome;
  for (let index = 0; index < 3; index += 1) await new Promise(setImmediate);
  expect(serverClosed).toBe(false);
  stage.proxy.cut();
});

test("latencyMs delays both directions and keeps the order of a stream", async () => {
  const stage = await scene({ latencyMs: 15 });
  stage.handler = (_request, response) => {
    for (const part of times(20, String)) response.write(`${part},`);
    response.end();
  };
  const startedAtMs = performance.now();
  const outcome = await stage.ask("/", { body: "x" });
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(29);
  expect(outcome.body).toBe(times(20, (index) => `${index},`).join(""));
});

test("latencyMs changes for streams that live, and what was sent earlier still arrives earlier", async () => {
  const stage = await scene({ latencyMs: 40 });
  const streams: ServerResponse[] = [];
  const reached = new Promise<void>((resolve) => {
    stage.handler = (_request, response) => {
      streams.push(response);
      response.write("slow ", () => resolve());
    };
  });
  const outcome = stage.ask("/");
  await reached;
  stage.proxy.setWeather({ latencyMs: 0 });
  streams[0]?.end("fast");
  expect((await outcome).body).toBe("slow fast");
});

test("idleCutMs cuts a poll that nothing moves on, not a stream that talks", async () => {
  const stage = await scene({ idleCutMs: 200 });
  const streams: ServerResponse[] = [];
  stage.handler = (request, response) => {
    if (request.url === "/stream") streams.push(response);
  };
  const stream = stage.ask("/stream");
  const beat = setInterval(() => streams[0]?.write("x"), 5);
  const cut = stage.proxy.once("cut");
  expect((await stage.ask("/poll")).error).toBe("ECONNRESET");
  expect(await cut).toEqual({ path: "/poll", reason: "idle", upgraded: false });
  clearInterval(beat);
  streams[0]?.end();
  expect((await stream).error).toBeUndefined();
});

test("idleCutMs applies to a poll that already waits, and leaves connections between requests alone", async () => {
  const stage = await scene({});
  await stage.ask("/", { agent: stage.pool });
  const reached = new Promise<void>((resolve) => {
    stage.handler = () => resolve();
  });
  const poll = stage.ask("/poll");
  await reached;
  stage.proxy.setWeather({ idleCutMs: 5 });
  expect((await poll).error).toBe("ECONNRESET");
  expect(stage.proxy.connections).toBe(1);
});

test("randomCutMs gives each connection a random life, living ones too, by the seed", async () => {
  const stage = await scene({});
  stage.handler = () => {};
  const polls = times(8, (index) => stage.ask(`/${index}`).then(() => index));
  while (stage.proxy.counters.requests < 8) await stage.proxy.once("request");
  const order: string[] = [];
  stage.proxy.on("cut", ({ path, reason }) => order.push(`${reason}${path}`));
  stage.proxy.setWeather({ randomCutMs: 20 });
  await Promise.all(polls);
  expect(order).toHaveLength(8);
  expect(order.every((entry) => entry.startsWith("random/"))).toBe(true);
  expect(order).not.toEqual(times(8, (index) => `random/${index}`));
});

test("captivePortal answers everything with a page", async () => {
  const stage = await scene({ captivePortal: true });
  const outcome = await stage.ask("/wireway/", { body: "x" });
  expect(outcome.status).toBe(200);
  expect(outcome.headers["content-type"]).toMatch(/^text\/html/);
  expect(outcome.body).toMatch(/^<!doctype html>/);
  const response = await new Promise<{ statusCode?: number | undefined }>((resolve) => {
    stage.dial().on("unexpected-response", (_request, answer) => {
      answer.resume();
      resolve(answer);
    });
  });
  expect(response.statusCode).toBe(200);
  expect(stage.seen).toHaveLength(0);
  expect(stage.proxy.counters.portalPages).toBe(2);
});

test("down resets new connections, upgrades and the next request of living ones, and lets go", async () => {
  const stage = await scene({});
  await stage.ask("/", { agent: stage.pool });
  stage.proxy.setWeather({ down: true });
  expect((await stage.ask("/", { agent: stage.pool })).error).toBe("ECONNRESET");
  expect((await stage.ask("/")).error).toBe("ECONNRESET");
  await new Promise((resolve) => stage.dial().once("close", resolve));
  expect(stage.arrived).toHaveLength(1);
  stage.proxy.setWeather({ down: false });
  expect((await stage.ask("/")).status).toBe(200);
});
