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

/** Clicks a switch and waits until the page shows it pressed, or not any more. */
async function turn(tab: Tab, sky: string, state: "on" | "off"): Promise<void> {
  const selector = `[data-sky="${sky}"]`;
  await tab.click(selector);
  await tab.waitFor((where, pressed) => document.querySelector(where)?.getAttribute("aria-pressed") === pressed, {
    args: [selector, state === "on" ? "true" : "false"],
  });
}

/** Waits until the log of dials, as a visitor reads it, has a line for each of these, such as `WebSocket refused`. */
async function tells(tab: Tab, ...lines: readonly string[]): Promise<void> {
  await tab.waitFor(
    (patterns) => {
      const shown = [...document.querySelectorAll("#attempts .came")].map(({ textContent }) => textContent ?? "");
      return patterns.every((pattern) => shown.some((line) => new RegExp(`^(${pattern})$`).test(line)));
    },
    { timeoutMs: 25_000, args: [lines] },
  );
}

const anyTransport = ["websocket", "streaming", "polling"] as const;

test("keeps count in a weather of each group, and tells how each way was found", async ({ tab }) => {
  test.setTimeout(120_000);
  await tab.goto(url);
  await tab.waitFor(() => wirewayDemo.snapshot().isConnected);
  await talks(tab, "websocket");
  await tells(tab, "WebSocket serves");

  await turn(tab, "refuse403", "on");
  await talks(tab, "streaming");
  await tells(tab, "WebSocket (broke|refused)", "HTTP streaming serves");

  await tab.click('[data-bolt="network"]');
  await tells(tab, "HTTP streaming (silent|replaced|broke)");
  await talks(tab, ...anyTransport);

  await turn(tab, "buffer", "on");
  await talks(tab, "polling");
  await tells(tab, "Long polling serves");

  await turn(tab, "portal", "on");
  await tells(tab, ".* intercepted");
  await tab.waitFor(() => document.querySelector("#status-name")?.textContent === "Looking for a way");
  await tab.click('[data-bolt="clear"]');
  await talks(tab, ...anyTransport);

  expect(await troubles(tab)).toBe(0);
  expect(await tab.evaluate(() => wirewayDemo.snapshot().sessions)).toBe(1);
});

test("begins a new session when the server was restarted, while answers get lost", async ({ tab }) => {
  test.setTimeout(120_000);
  await tab.goto(url);
  await tab.waitFor(() => wirewayDemo.snapshot().isConnected);
  await turn(tab, "lose10", "on");
  await talks(tab, "streaming", "polling");
  // Answers are lost over HTTP only: the one brings the other along.
  expect(await tab.evaluate(() => document.querySelector('[data-sky="refuse403"]')?.getAttribute("aria-pressed"))).toBe(
    "true",
  );
  expect(await tab.evaluate(() => wirewayDemo.snapshot().sessions)).toBe(1);

  await tab.click('[data-bolt="restart"]');
  await tab.waitFor(() => wirewayDemo.snapshot().sessions > 1, { timeoutMs: 25_000 });
  await tab.click('[data-bolt="clear"]');
  await talks(tab, ...anyTransport);
  expect(await troubles(tab)).toBe(0);
});
