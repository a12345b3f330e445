// A server that sends the sessions of its pages to a server of another origin before it ends.

import { expect, test } from "../fixture.ts";
import { counted, enter, lifePath, Stage } from "../life/stage.ts";
import { Site } from "../site.ts";

test("a page goes on at another origin's server, and what was said is kept or handed back", async ({ tab, site }) => {
  const otherSite = await Site.start();
  const before = await Stage.start(site);
  const after = await Stage.start(otherSite, {}, { origins: [before.url] });
  try {
    const handedBack: number[] = [];
    before.wireway.on("connection", (socket) => {
      socket.on("disconnect", (_reason, { unconfirmed }) => {
        handedBack.push(...unconfirmed.map(({ args }) => args[0] as number));
      });
    });
    await enter(tab, before.url + lifePath);
    await tab.evaluate(() => {
      const handedBack: number[] = [];
      Object.assign(life, { handedBack });
      life.socket.on("disconnect", (_reason, { unconfirmed }) => {
        handedBack.push(...unconfirmed.map(({ args }) => args[0] as number));
      });
      setInterval(() => life.say(), 20);
    });
    before.talk();
    await tab.waitFor(() => life.heard.length > 10);
    await before.wireway.close({ drainMs: 5_000, redirectTo: after.url });
    before.hush();
    expect(before.endings).toEqual(["server_closing"]);
    await tab.waitFor(() => life.story.includes("connect"));
    expect(await tab.evaluate(() => life.story)).toEqual(["disconnect: server_closing", "connect"]);
    await expect.poll(() => after.heard.length).toBeGreaterThan(10);
    const handedBackUp = await tab.evaluate(() => Reflect.get(life, "handedBack") as number[]);
    const first = expectComplete(before.heard, handedBackUp);
    expect(after.heard).toEqual(counted(first + after.heard.length).slice(first));
    expect(expectComplete(await tab.evaluate(() => life.heard), handedBack)).toBe(before.said);
  } finally {
    await before.close();
    await after.close();
    await otherSite.close();
  }
});

/**
 * What was heard came once and in order; what was handed back goes on from there without a gap. Some of it may have arrived:
 * its sender cannot know. @returns the first number that is neither.
 */
function expectComplete(heard: readonly number[], handedBack: readonly number[]): number {
  expect(heard).toEqual(counted(heard.length));
  const first = handedBack[0] ?? heard.length;
  expect(first).toBeLessThanOrEqual(heard.length);
  const end = Math.max(heard.length, first + handedBack.length);
  expect(handedBack).toEqual(counted(end).slice(first));
  return end;
}
