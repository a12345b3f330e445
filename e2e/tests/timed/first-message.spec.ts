// How soon the first message of a fresh client comes, in each engine and through every row's way: what is measured in
// milliseconds runs while nothing else does.

import type { TestInfo } from "@playwright/test";
import { type EngineName, expect, type Site, type Tab, test } from "../../fixture.ts";
import { startEchoServer } from "../../matrix/echo-server.ts";
import { Gate } from "../../matrix/gate.ts";
import { hostOf, Pages, startPageServer } from "../../matrix/pages.ts";
import { realProxyRows } from "../../matrix/real-proxy-rows.ts";
import { isFar, type Row } from "../../matrix/row.ts";
import { rows } from "../../matrix/rows.ts";
import { startComplaints, tryStart } from "../../matrix/start-trial.ts";

const farAtOnce = 4;

/** Results by row. */
type Table<T> = Record<string, T>;

test("the first message comes in time", async ({ tab, site, engineName }, testInfo) => {
  test.setTimeout(180_000);
  await expectStarts(rows, { tab, site, engineName }, testInfo);
});

test("the first message comes in time through real proxies", async ({ tab, site, engineName }, testInfo) => {
  test.setTimeout(180_000);
  await expectStarts(realProxyRows, { tab, site, engineName }, testInfo);
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
  const server = await startPageServer();
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
