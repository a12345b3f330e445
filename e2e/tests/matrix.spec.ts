// The matrix in each engine: every row on default options, each client in a frame of one page, as many at once as machine
// and engine carry with ease. Not here: how soon the first message comes (timed).

import type { TestInfo } from "@playwright/test";
import { type EngineName, expect, type Site, type Tab, test } from "../fixture.ts";
import type { ClientEnd } from "../matrix/ends.ts";
import { Gate } from "../matrix/gate.ts";
import { hostOf, Pages, startPageServer } from "../matrix/pages.ts";
import { realProxyRows } from "../matrix/real-proxy-rows.ts";
import type { Row } from "../matrix/row.ts";
import { rows } from "../matrix/rows.ts";
import { runRow, type TalkingRow, talkingRows } from "../matrix/run-row.ts";

/** WebKitGTK keeps 17 HTTP connections in all, whatever they are to. */
const placesAtOnce: Readonly<Record<EngineName, number>> = { chromium: 12, firefox: 12, webkit: 6 };

/** Results by row. */
type Table<T> = Record<string, T>;

test("everything arrives once, in order", async ({ tab, site, engineName }, testInfo) => {
  test.setTimeout(300_000);
  await expectTraffic(rows, { tab, site, engineName }, testInfo);
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

async function expectTraffic(all: readonly Row[], { tab, site, engineName }: Place, testInfo: TestInfo): Promise<void> {
  const pages = await Pages.open(tab, site);
  const gate = new Gate(placesAtOnce[engineName]);
  const complaints: Table<readonly unknown[]> = {};
  const results: Table<readonly object[]> = {};
  const run = async (row: TalkingRow): Promise<void> => {
    const createClient = (): ClientEnd => pages.client(site);
    const result = await runRow(row, {
      platform: "page",
      startServer: startPageServer,
      createClient,
      host: hostOf(row, engineName),
    });
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
