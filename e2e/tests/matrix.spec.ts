// The matrix in each engine: every row on default options, each client in a frame of one page. First how soon the first
// message comes, one row after the other; then everybody's traffic, as many at once as machine and engine carry with ease.

import { type EngineName, expect, type Site, test } from "../fixture.ts";
import { startEchoServer } from "../matrix/echo-server.ts";
import { Gate } from "../matrix/gate.ts";
import { Pages, serveFrames } from "../matrix/pages.ts";
import { isFar, type Row, type Traffic } from "../matrix/row.ts";
import { rows } from "../matrix/rows.ts";
import { startServerEnd } from "../matrix/server-end.ts";
import { startComplaints, tryStart } from "../matrix/start-trial.ts";
import { runTraffic } from "../matrix/traffic-run.ts";
import { judgeBoth, trafficComplaints } from "../matrix/verdict.ts";
import { openWay } from "../matrix/way.ts";

/** WebKitGTK keeps 17 HTTP connections in all, whatever they are to. */
const placesAtOnce: Readonly<Record<EngineName, number>> = { chromium: 12, firefox: 12, webkit: 6 };

const farAtOnce = 4;

/** Results by row. */
type Table<T> = Record<string, T>;

test("the first message comes in time", async ({ tab, site, engineName }, testInfo) => {
  test.setTimeout(180_000);
  const pages = await Pages.open(tab, site);
  const echo = await startEchoServer();
  const server = await startServerEnd();
  serveFrames(server.site);
  const complaints: Table<string[]> = {};
  const results: Table<object> = {};
  const withBound = rows.filter(({ start }) => start !== undefined);
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
});

test("everything arrives once, in order", async ({ tab, site, engineName }, testInfo) => {
  test.setTimeout(300_000);
  const pages = await Pages.open(tab, site);
  const talking = rows.flatMap((row) => (row.traffic ? [{ ...row, traffic: row.traffic }] : []));
  // The longest first, so that nobody has to wait for one of them in the end.
  talking.sort((a, b) => b.traffic.forMs - a.traffic.forMs);
  const { complaints, results } = await runAll(talking, pages, site, engineName);
  await testInfo.attach("results", { body: JSON.stringify(results, null, 2), contentType: "application/json" });
  await pages.close();
  expect(complaints).toEqual({});
});

type TalkingRow = Row & { readonly traffic: Traffic };

async function runAll(
  talking: readonly TalkingRow[],
  pages: Pages,
  home: Site,
  engineName: EngineName,
): Promise<{ complaints: Table<string[]>; results: Table<object> }> {
  const gate = new Gate(placesAtOnce[engineName]);
  const complaints: Table<string[]> = {};
  const results: Table<object> = {};
  const run = async (row: TalkingRow): Promise<void> => {
    const server = await startServerEnd();
    serveFrames(server.site);
    const way = await openWay(row, { target: server.target, host: hostOf(row, engineName), seed: 7 });
    try {
      const outcome = await runTraffic(row.traffic, { server, way, client: pages.client(home) });
      const { attempts, transport, errors, silenceMs } = outcome.client;
      results[row.name] = { transport, ...judgeBoth(outcome), silenceMs, errors, attempts };
      const wrong = trafficComplaints(row, outcome, "page");
      if (wrong.length > 0) complaints[row.name] = [...wrong, ...attempts];
    } finally {
      await way.close();
      await server.close();
    }
  };
  await Promise.all(talking.map((row) => gate.run(() => run(row))));
  return { complaints, results };
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
