// The demo as its visitors use it: the page is opened, the weather is changed by its buttons, and the counters stay at
// zero in each engine. Longer runs of every weather: `npm run check` in examples/demo.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, type Tab, test } from "../fixture.ts";

interface Counts {
  readonly received: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
}

declare global {
  /** What the demo's page tells of itself. */
  var wirewayDemo: {
    snapshot(): { up: Counts; down: Counts; transport: string | undefined; isConnected: boolean; sessions: number };
  };
}

let demo: ChildProcess;
let url: string;

test.beforeEach(async () => {
  const program = fileURLToPath(new URL("../../examples/demo/dist/start.js", import.meta.url));
  demo = spawn(process.execPath, [program, "--port=0"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: demo.stdout as NodeJS.ReadableStream }), "line")) as [string];
  url = line.trim();
});
test.afterEach(async () => {
  const ended = once(demo, "exit");
  demo.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
});

/** Waits for messages to come through both ways from here on, over one of these transports. */
async function talks(tab: Tab, ...transports: readonly string[]): Promise<void> {
  const from = await tab.evaluate(() => {
    const { up, down } = wirewayDemo.snapshot();
    return [up.received, down.received];
  });
  await tab.waitFor(
    (before, wanted) => {
      const { up, down, transport, isConnected } = wirewayDemo.snapshot();
      const [upBefore = 0, downBefore = 0] = before;
      const flows = up.received > upBefore + 10 && down.received > downBefore + 10;
      return isConnected && flows && wanted.includes(transport ?? "");
    },
    { timeoutMs: 25_000, args: [from, transports] },
  );
}

async function troubles(tab: Tab): Promise<number> {
  return tab.evaluate(() => {
    const { up, down } = wirewayDemo.snapshot();
    return up.lost + up.doubled + up.outOfOrder + down.lost + down.doubled + down.outOfOrder;
  });
}

test("keeps count while the weather changes, and through a restart of the server", async ({ tab }) => {
  test.setTimeout(120_000);
  await tab.goto(url);
  await tab.waitFor(() => wirewayDemo.snapshot().isConnected);
  await talks(tab, "websocket");

  await tab.click('[data-sky="refuse"]');
  await tab.click('[data-bolt="cut"]');
  await talks(tab, "streaming", "polling");

  await tab.click('[data-sky="lose"]');
  await talks(tab, "streaming", "polling");

  await tab.click('[data-bolt="clear"]');
  const { sessions } = await tab.evaluate(() => ({ sessions: wirewayDemo.snapshot().sessions }));
  expect(sessions).toBe(1);
  expect(await troubles(tab)).toBe(0);

  await tab.click('[data-bolt="restart"]');
  await tab.waitFor(() => wirewayDemo.snapshot().sessions > 1, { timeoutMs: 25_000 });
  await talks(tab, "websocket", "streaming", "polling");
  expect(await troubles(tab)).toBe(0);
});
