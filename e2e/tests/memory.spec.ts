// What a page keeps for the next one of what got through, and what happens where it cannot keep anything.

import { Server } from "@wireway/server";
import { expect, type Site, type Tab, test } from "../fixture.ts";
import { enter, lifePath, Stage } from "../life/stage.ts";

/** Only polling gets through. */
const narrow = { upgrade: { refuse: 403 }, bufferResponses: true } as const;

/** Nothing is dialled beside a first dial within the time of a test. */
const never = { attemptDelayMs: 60_000 };

const stages: Stage[] = [];
const servers: Server[] = [];
test.afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
  await Promise.all(servers.splice(0).map((server) => server.close({ timeoutMs: 0 })));
});

async function narrowStage(site: Site): Promise<Stage> {
  const stage = await Stage.start(site, narrow);
  stages.push(stage);
  return stage;
}

async function settledOnPolling(tab: Tab): Promise<void> {
  await tab.waitFor(() => life.socket.connection.attempts.some(({ verdict }) => verdict === "serves"));
  expect(await tab.evaluate(() => life.socket.connection.transport)).toBe("polling");
}

async function kept(tab: Tab): Promise<readonly string[]> {
  return await tab.evaluate(() => Object.values({ ...localStorage }));
}

test("the next page begins with what got through, and waits for nothing else", async ({ tab, site }) => {
  const stage = await narrowStage(site);
  await enter(tab, stage.url + lifePath);
  await settledOnPolling(tab);
  expect((await kept(tab)).join()).toContain("polling");
  await enter(tab, `${stage.url}${lifePath}?again`, never);
  await settledOnPolling(tab);
  // The first dial, and the only one before the socket was admitted.
  expect(await tab.evaluate(() => [...life.dialled])).toEqual(["polling"]);
});

test("a page that may keep nothing begins anew", async ({ tab, site }) => {
  const stage = await narrowStage(site);
  await enter(tab, stage.url + lifePath, { storage: null });
  await settledOnPolling(tab);
  expect(await kept(tab)).toEqual([]);
  await enter(tab, `${stage.url}${lifePath}?again`, { storage: null });
  expect(await tab.evaluate(() => life.dialled[0])).toBe("websocket");
});

test("a storage that is full does no harm", async ({ tab, site }) => {
  const stage = await narrowStage(site);
  await tab.goto(stage.url + lifePath);
  const isFull = await tab.evaluate(() => {
    for (let length = 1 << 20; length >= 1; length = length >> 1) {
      try {
        for (;;) localStorage.setItem(`full ${localStorage.length}`, "x".repeat(length));
      } catch {}
    }
    try {
      localStorage.setItem("one more", "x".repeat(64));
    } catch {
      return true;
    }
    return false;
  });
  expect(isFull).toBe(true);
  await enter(tab, `${stage.url}${lifePath}?full`);
  await settledOnPolling(tab);
  expect((await kept(tab)).some((text) => text.includes("polling"))).toBe(false);
});

const untilMs = Date.now() + 1_000_000;
const garbage = [
  "{",
  "null",
  "[]",
  '"polling"',
  JSON.stringify({ untilMs: 9e99, transport: "polling" }),
  JSON.stringify({ untilMs, transport: { name: "polling" }, holds: 7, pingIntervalMs: "soon", bodyBytes: [] }),
  JSON.stringify({
    untilMs,
    transport: "toString",
    holds: { streaming: 99, polling: {} },
    pingIntervalMs: -1,
    bodyBytes: 0,
  }),
];

test("a storage that holds garbage does no harm", async ({ tab, site }) => {
  const stage = await Stage.start(site);
  stages.push(stage);
  for (const text of garbage) {
    await tab.goto(stage.url + lifePath);
    await tab.evaluate((value) => localStorage.setItem(`wireway ${location.origin}/wireway/`, value), text);
    await enter(tab, `${stage.url}${lifePath}?garbage`);
    expect(await tab.evaluate(() => life.dialled[0])).toBe("websocket");
    await tab.evaluate(() => life.socket.emitWithAck("there?"));
    expect(await tab.consoleErrors()).toEqual([]);
  }
});

test("a page that is forbidden to look into its storage begins anew", async ({ tab, site }) => {
  const wireway = new Server({ origins: ["null"] });
  servers.push(wireway);
  site.use((request, response, next) => {
    // A page without an origin of its own: what it loads comes from elsewhere.
    if (request.url === "/wireway.js") response.setHeader("access-control-allow-origin", "*");
    if (request.url !== "/sandboxed") return next();
    const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": "sandbox allow-scripts" };
    response.writeHead(200, headers).end("<!doctype html><title>sandboxed</title>");
  });
  wireway.attach(site.server);
  await tab.goto(`${site.url}/sandboxed`);
  const outcome = await tab.evaluate(async (url) => {
    let refusal = "";
    try {
      localStorage.getItem("x");
    } catch (error) {
      refusal = (error as Error).name;
    }
    const { connect } = (await import(`${url}/wireway.js`)) as typeof import("@wireway/client");
    const socket = connect(url);
    await new Promise<void>((resolve) => socket.on("connect", resolve));
    return [refusal, socket.connected];
  }, site.url);
  expect(outcome).toEqual(["SecurityError", true]);
});
