// The matrix in Node: every row, on default options. First how soon the first message comes, one row after the other on a
// machine that does nothing else; then everybody's traffic, as many at once as the machine carries with ease.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { connect } from "@wireway/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket as BareWebSocket } from "ws";
import { createClientEnd } from "../matrix/client-end.ts";
import { type EchoServer, startEchoServer } from "../matrix/echo-server.ts";
import { Gate } from "../matrix/gate.ts";
import { isFar, type Row } from "../matrix/row.ts";
import { rows } from "../matrix/rows.ts";
import { type Cast, runRow, talkingRows } from "../matrix/run-row.ts";
import { startServerEnd, type WirewayServerEnd } from "../matrix/server-end.ts";
import { startComplaints, tryStart } from "../matrix/start-trial.ts";

const placesAtOnce = 12;
/** Whoever hears nothing for so long may have been kept waiting by this process. */
const delay = monitorEventLoopDelay({ resolution: 10 });

const newClient = () => createClientEnd(connect, BareWebSocket as unknown as typeof WebSocket);

describe("the first message", () => {
  let echo: EchoServer;
  let server: WirewayServerEnd;
  beforeAll(async () => {
    echo = await startEchoServer();
    server = await startServerEnd();
  });
  afterAll(async () => {
    await server.close();
    await echo.close();
  });

  const withBound = rows.filter(({ start }) => start !== undefined);

  test.each(named(withBound.filter((row) => !isFar(row))))("%s", { timeout: 60_000 }, (_, row) => expectStart(row));

  // These wait for the network, not for the machine.
  test.concurrent.each(named(withBound.filter(isFar)))("%s", { timeout: 60_000 }, (_, row) => expectStart(row));

  async function expectStart(row: Row): Promise<void> {
    const result = await tryStart(row, { server, echo: echo.target, client: newClient() });
    console.log(`${row.name}: ${JSON.stringify(result)}`);
    expect(startComplaints(row, result)).toEqual([]);
  }
});

describe.concurrent("traffic", () => {
  beforeAll(() => void delay.enable());
  afterAll(() => {
    delay.disable();
    const [p50, p99, most] = [delay.percentile(50), delay.percentile(99), delay.max].map((ns) => Math.round(ns / 1e6));
    console.log(`timers of this process were late by ${p50} ms (median), ${p99} ms (99 %), ${most} ms (most)`);
  });

  const gate = new Gate(placesAtOnce);
  const cast: Cast = { platform: "node", startServer: startServerEnd, createClient: newClient };

  test.each(named(talkingRows(rows)))("%s", { timeout: 180_000 }, async (name, row) => {
    const { complaints, summaries } = await gate.run(() => runRow(row, cast));
    console.log(`${name}: ${JSON.stringify(summaries)}`);
    expect(complaints).toEqual([]);
  });
});

/** Whole names: those of objects are cut short. */
function named<T extends Row>(some: readonly T[]): [string, T][] {
  return some.map((row) => [row.name, row]);
}
