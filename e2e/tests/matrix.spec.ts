// The matrix in each engine: every row on default options, each client in a frame of one page. First how soon the first
// message comes, one row after the other; then everybody's traffic, as many at once as machine and engine carry with ease.

import type { TestInfo } from "@playwright/test";
import { type EngineName, expect, type Site, type Tab, test } from "../fixture.ts";
import { startEchoServer } from "../matrix/echo-server.ts";
import type { ClientEnd } from "../matrix/ends.ts";
import { Gate } from "../matrix/gate.ts";
import { Pages, serveFrames } from "../matrix/pages.ts";
import { realProxyRows } from "../matrix/real-proxy-rows.ts";
import { isFar, type Row } from "../matrix/row.ts";
import { rows } from "../matrix/rows.ts";
import { runRow, type TalkingRow, talkingRows } from "../matrix/run-row.ts";
import { startServerEnd, type WirewayServerEnd } from "../matrix/server-end.ts";
import { startComplaints, tryStart } from "../matrix/start-trial.ts";

/** WebKitGTK keeps 17 HTTP connections in all, whatever they are to. */
const placesAtOnce: Readonly<Record<EngineName, number>> = { chromium: 12, firefox: 12, webkit: 6 };

const farAtOnce = 4;

/** Results by row. */
type Table<T> = Record<string, T>;

test("the first message comes in time", async ({ tab, site, engineName }, testInfo) => {
  test.setTimeout(180_000);
  await expectStarts(rows, { tab, site, engineName }, testInfo);
});

test("everything arrives once, in order", async ({ tab, site, engineName }, testInfo) => {
  test.setTimeout(300_000);
  await expectTraffic(rows, { tab, site, engineName }, testInfo);
});

test("the first message comes in time through real proxies", async ({ tab, site, engineName }, testInfo) => {
  test.setTimeout(180_000);
  await expectStarts(realProxyRows, { tab, site, engineName }, testInfo);
});

test("everything arrives once, in order, through real proxies", async ({ tab, site, engineName }, testInfo) => {
  test.setTimeout(180_000);
  await expectTraffic(realProxyRows, { tab, site, engineName }, testInfo);
});

interface Place {
  readonly tab: Tab;
  /** Where what needs no row comes from. */
  readonly site: Site;
  readonly engineName: EngineName;
}

async function expectStarts(all: readonly Row[], { tab, site, engineName }: Place, testInfo: TestInfo): Promise<void> {
  const pages = await Pages.open(tab, site);
  const echo = await startEchoServer();
  const server = await startServer();
  const complaints: Table<readonly string[]> = {};
  const results: Table<object> = {};
  const withBound = all.filter(({ start }) => start !== undefined);
  const run = async (row: Row): Promise<void> => {
    const client = pages.client(site);
    const result = await tryStart(row, { server, client, echo: echo.target, way: { host: hostOf(row, engineName) } });
    await client.end();
    results[row.name] = result;
    const wrong = startComplaints(row, result);
    if (wrong.length > 0) complaints[row.name] = wrong;
  };
  for (const row of withBound.filter((row) => !isFar(row))) await run(row);
  // These wait for the network, not for the machine.
  const gate = new Gate(farAtOnce);
  await Promise.all(withBound.filter(isFar).map((row) => gate.run(() => run(row))));
  await testInfo.attach("results", { body: JSON.stringify(results, null, 2), contentType: "application/json" });
  await Promise.all([pages.close(), echo.close(), server.close()]);
  expect(complaints).toEqual({});
}

async function expectTraffic(all: readonly Row[], { tab, site, engineName }: Place, testInfo: TestInfo): Promise<void> {
  const pages = await Pages.open(tab, site);
  const gate = new Gate(placesAtOnce[engineName]);
  const complaints: Table<readonly unknown[]> = {};
  const results: Table<readonly object[]> = {};
  const run = async (row: TalkingRow): Promise<void> => {
    const createClient = (): ClientEnd => pages.client(site);
    const result = await runRow(row, { platform: "page", startServer, createClient, host: hostOf(row, engineName) });
    results[row.name] = result.summaries;
    if (result.complaints.length > 0) complaints[row.name] = [...result.complaints, ...result.summaries];
  };
  const talking = talkingRows(all);
  // Those that are about milliseconds have the machine for themselves.
  const isTimed = ({ expect: { medianReturnMostMs } }: Row): boolean => medianReturnMostMs !== undefined;
  await Promise.all(talking.filter(isTimed).map(run));
  await Promise.all(talking.filter((row) => !isTimed(row)).map((row) => gate.run(() => run(row))));
  await testInfo.attach("results", { body: JSON.stringify(results, null, 2), contentType: "application/json" });
  await pages.close();
  expect(complaints).toEqual({});
}

async function startServer(): Promise<WirewayServerEnd> {
  const server = await startServerEnd();
  serveFrames(server.site);
  return server;
}

/**
 * Firefox opens one WebSocket at a time to an address, whatever the port: one that is never answered would keep all others
 * waiting, so that it gets a loopback address of its own.
 */
function hostOf({ way }: Row, engineName: EngineName): string {
  const isSwallowed = typeof way !== "function" && way.upgrade === "swallow";
  return engineName === "firefox" && isSwallowed && process.platform === "linux"
    ? `127.0.0.${2 + (nextHost++ % 200)}`
    : "127.0.0.1";
}
let nextHost = 0;
