// What becomes of a page's session when the page is left, kept, slept through or hidden.
// Not here: what happens to the network (network-life).

import type { Weather } from "@wireway/testkit";
import { type EngineName, expect, type Site, type Tab, test } from "../fixture.ts";
import { counted, enter, lifePath, otherPath, type PageOptions, Stage, settle, transports } from "../life/stage.ts";

/**
 * Whether the engine keeps a page that had connections when it was left. Firefox looks for them before `pagehide`, and
 * finds those that the client closes there.
 */
const keepsPages: Readonly<Record<EngineName, boolean>> = { chromium: true, firefox: false, webkit: true };

const stages: Stage[] = [];
test.afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});

async function stageOf(site: Site, weather?: Partial<Weather>): Promise<Stage> {
  const stage = await Stage.start(site, weather);
  stages.push(stage);
  return stage;
}

/** A page that a server talks to, and that talks itself. */
async function visit(tab: Tab, site: Site, options: PageOptions = {}): Promise<Stage> {
  const stage = await stageOf(site);
  await enter(tab, stage.url + lifePath, options);
  await tab.evaluate(() => life.say());
  stage.say();
  return stage;
}

/** Where a page tells what became of its own listener. */
const fatePath = "/fate";

/**
 * One of the page's own listeners speaks too, as applications do that save something in the last moment. While Firefox
 * closes a tab, it may break one listener off, wherever it is: nothing catches that. There the page tells of it, when it
 * was its own. @returns what it told.
 */
async function sayAtTheEnd(tab: Tab, site: Site): Promise<readonly string[]> {
  const fates: string[] = [];
  site.use(({ url }, response, next) => {
    const [path, fate] = url?.split("?") ?? [];
    if (path !== fatePath) return next();
    fates.push(fate ?? "");
    response.end();
  });
  await tab.evaluate(
    (path, tells) => {
      let fate = "broken";
      addEventListener("pagehide", () => {
        life.say();
        fate = "whole";
      });
      if (tells) addEventListener("unload", () => void navigator.sendBeacon(`${path}?${fate}`));
    },
    fatePath,
    tab.engineName === "firefox",
  );
  return fates;
}

for (const transport of transports) {
  test.describe(transport, () => {
    test("a page that is left and come back to goes on with its session, or is known to have gone", async ({
      tab,
      site,
    }) => {
      const stage = await visit(tab, site, { transports: [transport] });
      await sayAtTheEnd(tab, site);
      await tab.evaluate(() => life.say());
      await tab.goto(stage.url + otherPath);
      if (!keepsPages[tab.engineName]) {
        await expect.poll(() => stage.endings).toEqual(["closed"]);
        expect(stage.heard).toEqual([0, 1, 2]);
        return;
      }
      stage.say();
      stage.say();
      await tab.back();
      await tab.waitFor((path) => document.title === path, { args: [lifePath] });
      await tab.evaluate(() => life.say());
      const { up, down, saidUp } = await settle(tab, stage);
      expect(down).toEqual(counted(stage.said));
      expect(up).toEqual(counted(saidUp));
      expect(saidUp).toBe(4);
      expect(await tab.evaluate(() => life.story)).toEqual(["pagehide: kept", "pageshow: kept"]);
      expect(await tab.evaluate(() => life.socket.id === life.id)).toBe(true);
      expect([stage.sockets.length, stage.endings]).toEqual([1, []]);
      // WebKit may end requests before the page hears that it is left.
      if (transport !== "websocket") return;
      // The page gave its connection up itself: engines may refuse to keep one that holds any.
      expect(await tab.evaluate(() => life.socket.connection.attempts[0]?.reason)).toBe("suspended");
    });

    for (const way of ["its tab is closed", "it is reloaded", "another page takes its place"] as const) {
      test(`a page that leaves for good says so, and its last words, when ${way}`, async ({ tab, site }) => {
        const stage = await visit(tab, site, { transports: [transport] });
        const fates = await sayAtTheEnd(tab, site);
        await tab.evaluate(() => life.say());
        // None of these leaves an entry in the history that could be gone back to.
        if (way === "its tab is closed") await tab.close();
        else if (way === "it is reloaded") await tab.evaluate(() => void setTimeout(() => location.reload()));
        else await tab.evaluate((path) => void setTimeout(() => location.replace(path)), otherPath);
        await expect.poll(() => stage.endings).toEqual(["closed"]);
        if (stage.heard.length < 3) await expect.poll(() => fates).toEqual(["broken"]);
        expect(stage.heard).toEqual(fates[0] === "broken" ? counted(stage.heard.length) : [0, 1, 2]);
        expect(stage.heard.length).toBeGreaterThanOrEqual(2);
      });
    }
  });
}

/** Longer than a server waits for what it said to be confirmed. */
const hiddenMs = 8_000;

test("a hidden page keeps its connection although its timers are late", async ({ tab, site }) => {
  const stage = await visit(tab, site);
  await tab.waitFor(() => life.socket.connection.transport === "websocket");
  await tab.evaluate(() => {
    Object.assign(life, { ticks: 0 });
    setInterval(() => Object.assign(life, { ticks: Number(Reflect.get(life, "ticks")) + 1 }), 50);
  });
  test.skip(!(await tab.hide()), "this engine's driver cannot hide a page");
  await tab.waitFor(() => document.visibilityState === "hidden");
  const [ticksBefore, before] = await tab.evaluate(
    () => [Number(Reflect.get(life, "ticks")), life.socket.connection] as const,
  );
  stage.talk();
  await tab.waitFor((count) => life.heard.length > count, { args: [hiddenMs / 50], timeoutMs: 2 * hiddenMs });
  const [ticks, after] = await tab.evaluate(
    () => [Number(Reflect.get(life, "ticks")), life.socket.connection] as const,
  );
  expect(ticks - ticksBefore).toBeLessThan(hiddenMs / 50 / 2);
  expect([after.sinceMs, after.attempts.length]).toEqual([before.sinceMs, before.attempts.length]);
  const { down } = await settle(tab, stage);
  expect(down).toEqual(counted(stage.said));
});
