// What becomes of a page's session when the network changes, goes, or carries nothing any more while the page sleeps.
// Not here: pages that are left (page-life).

import { expect, type Site, type Tab, test } from "../fixture.ts";
import { counted, enter, lifePath, type PageOptions, Stage, settle, transports } from "../life/stage.ts";

/** Within so long of the signal an event has to have gone there and back over a new connection. */
const noticedWithinMs = 5_000;

const stages: Stage[] = [];
test.afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});

/** A page and a server that talk to each other all the time. */
async function talk(tab: Tab, site: Site, options: PageOptions = {}): Promise<Stage> {
  const stage = await Stage.start(site);
  stages.push(stage);
  await enter(tab, stage.url + lifePath, options);
  await tab.evaluate(() => void setInterval(() => life.say(), 50));
  stage.talk();
  await tab.waitFor(() => life.heard.length > 2);
  return stage;
}

/** Nothing is missing or came twice, and nobody was told of an end. */
async function expectWhole(tab: Tab, stage: Stage): Promise<void> {
  const { up, down, saidUp } = await settle(tab, stage);
  expect(down).toEqual(counted(stage.said));
  expect(up.slice(0, saidUp)).toEqual(counted(saidUp));
  expect(saidUp).toBeGreaterThan(2);
  expect([await tab.evaluate(() => life.story), stage.endings, stage.sockets.length]).toEqual([[], [], 1]);
}

/** Tells the page what a browser tells it, and how long it takes until an event has gone there and back. */
async function signalled(tab: Tab, type: string): Promise<number> {
  return await tab.evaluate(async (name) => {
    const target = name === "online" ? globalThis : document;
    const sinceMs = performance.now();
    target.dispatchEvent(new Event(name, { bubbles: target === document }));
    await life.socket.emitWithAck("there?");
    return performance.now() - sinceMs;
  }, type);
}

for (const transport of transports) {
  test(`a session on ${transport} leaves a black hole when the network has changed`, async ({ tab, site }) => {
    const stage = await talk(tab, site, { transports: [transport] });
    // Between two polls there is nothing to lose.
    await expect.poll(() => stage.loseNetwork()).toBeGreaterThan(0);
    expect(await signalled(tab, "online")).toBeLessThan(noticedWithinMs);
    await expectWhole(tab, stage);
  });
}

for (const signal of ["resume", "visibilitychange"]) {
  test(`a session leaves a black hole at a page's ${signal}`, async ({ tab, site }) => {
    const stage = await talk(tab, site);
    await tab.waitFor(() => life.socket.connection.transport === "websocket");
    // Between two polls there is nothing to lose.
    await expect.poll(() => stage.loseNetwork()).toBeGreaterThan(0);
    expect(await signalled(tab, signal)).toBeLessThan(noticedWithinMs);
    await expectWhole(tab, stage);
  });
}

test("a session goes on after a time without network", async ({ tab, site }) => {
  const stage = await talk(tab, site);
  test.skip(!(await tab.setOffline(true)), "this engine's driver cannot take the network away");
  await tab.waitFor(() => !navigator.onLine);
  const said = await tab.evaluate(() => life.said);
  await tab.waitFor((count) => life.said > count, { args: [said] });
  await tab.evaluate(() => {
    addEventListener("online", () => {
      const sinceMs = performance.now();
      void life.socket.emitWithAck("there?").then(() => {
        document.title = `back after ${performance.now() - sinceMs}`;
      });
    });
  });
  await tab.setOffline(false);
  const title = await tab.waitFor(() => document.title.startsWith("back after") && document.title);
  expect(Number(String(title).slice("back after ".length))).toBeLessThan(noticedWithinMs);
  await expectWhole(tab, stage);
});

const asleepMs = 7_000;

/** The page does nothing at all for a while, and then notes how long it takes until an event has gone there and back. */
async function sleep(tab: Tab): Promise<void> {
  await tab.evaluate((ms) => {
    // Behind the answer to this call, which nobody could take otherwise.
    setTimeout(() => {
      const untilMs = performance.now() + ms;
      while (performance.now() < untilMs);
      const wokeMs = performance.now();
      void life.socket.emitWithAck("there?").then(() => {
        document.title = `awake after ${performance.now() - wokeMs}`;
      });
    }, 100);
  }, asleepMs);
}

async function awake(tab: Tab): Promise<number> {
  const title = await tab.waitFor(() => document.title.startsWith("awake after") && document.title, {
    timeoutMs: 2 * asleepMs,
  });
  return Number(String(title).slice("awake after ".length));
}

test("a page that slept keeps a connection that lived on", async ({ tab, site }) => {
  const stage = await talk(tab, site);
  await tab.waitFor(() => life.socket.connection.transport === "websocket");
  // A server whose words nobody confirms for six seconds gives the connection up by itself.
  stage.hush();
  await expect.poll(() => stage.socket.bufferedBytes).toBe(0);
  const before = await tab.evaluate(() => life.socket.connection);
  await sleep(tab);
  await awake(tab);
  await signalled(tab, "resume");
  // Longer than a connection is given to show that it lives.
  stage.talk();
  await tab.waitFor((count) => life.heard.length >= count, { args: [stage.said + 60] });
  const after = await tab.evaluate(() => life.socket.connection);
  expect([after.sinceMs, after.attempts.length]).toEqual([before.sinceMs, before.attempts.length]);
  await expectWhole(tab, stage);
});

test("a page that slept notices that its connection died meanwhile", async ({ tab, site }) => {
  const stage = await talk(tab, site);
  await tab.waitFor(() => life.socket.connection.transport === "websocket");
  await sleep(tab);
  // Between two polls there is nothing to lose.
  await expect.poll(() => stage.loseNetwork()).toBeGreaterThan(0);
  expect(await awake(tab)).toBeLessThan(noticedWithinMs);
  await expectWhole(tab, stage);
});
