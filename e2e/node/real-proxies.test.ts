// Real proxies in the way, and a client on its default options: how soon the first message is there, and whether everything
// arrives once and in order while the proxy does what it does.

import type { AddressInfo } from "node:net";
import { connect } from "@wireway/client";
import { afterAll, describe, expect, test } from "vitest";
import type { RealProxy } from "../proxies/proxy-process.ts";
import { cuttingRows, idleRows, type ProxyRow, proxyRows } from "../proxies/rows.ts";
import { createStage, type Stage } from "./stage.ts";
import { countCuts, Talk } from "./talk.ts";

const talkMs = 10_000;
/** Longer than the five seconds after which the proxies cut. */
const quietMs = 7_000;
const idleRounds = 5;
const freshClients = 3;

/** Some proxies take a second to end; nobody needs to wait for each. */
const closing: Promise<void>[] = [];
afterAll(() => Promise.all(closing));

describe("the first message", () => {
  // One after the other, before anything else is under way: these are times.
  test.each(named(proxyRows))("%s", { timeout: 30_000 }, async (_, row) => {
    const late: number[] = [];
    for (let i = 0; i < freshClients; i++) {
      // A proxy of its own has an address of its own, so that nothing is remembered of the client before.
      await onStage(row, async (stage, proxy) => {
        stage.wireway.on("connection", (socket) => void socket.emit("hello"));
        const roundTripMs = await bareRoundTripMs(proxy);
        const began = performance.now();
        const socket = connect(proxy.url, { forceNew: true });
        await new Promise<void>((resolve) => socket.on("hello", () => resolve()));
        late.push(performance.now() - began - 3 * roundTripMs);
        socket.close();
      });
    }
    console.log(`${row.name}: first message ${Math.min(...late).toFixed(1)} ms beyond three round trips`);
    expect(Math.min(...late)).toBeLessThanOrEqual(row.firstMessageMs);
  });
});

describe.concurrent("traffic", () => {
  test.each(named(proxyRows))("%s", { timeout: 60_000 }, async (_, row) => {
    await onStage(row, async (stage, proxy) => {
      const talk = new Talk(stage, proxy.url);
      await talk.speak(talkMs, row.burst);
      const transport = talk.socket.connection?.transport;
      await talk.expectAllOnceInOrder(proxy);
      expect(transport, proxy.errors()).toBe(row.transport);
      if (row.complaint) expect(proxy.errors()).toMatch(row.complaint);
    });
  });

  test.each(named(cuttingRows))("%s", { timeout: 60_000 }, async (_, row) => {
    await onStage(row, async (stage, proxy) => {
      const cuts = countCuts(stage);
      const talk = new Talk(stage, proxy.url);
      const timer = setInterval(() => void proxy.cut?.(), row.cutEveryMs);
      await talk.speak(talkMs);
      clearInterval(timer);
      console.log(`${row.name}: ${cuts()} cuts; on ${talk.socket.connection?.transport}`);
      expect(cuts()).toBeGreaterThan(2);
      await talk.expectAllOnceInOrder(proxy);
    });
  });

  test.each(named(idleRows))("%s, and no more once that is known", { timeout: 90_000 }, async (_, row) => {
    await onStage(row, async (stage, proxy) => {
      const cuts = countCuts(stage);
      const talk = new Talk(stage, proxy.url);
      const seen: number[] = [];
      for (let round = 0; round < idleRounds; round++) {
        await talk.speak(1_000);
        await new Promise((resolve) => setTimeout(resolve, quietMs));
        seen.push(cuts());
      }
      await talk.speak(1_000);
      const transport = talk.socket.connection?.transport;
      console.log(`${row.name}: cuts after each quiet time ${seen.join(", ")}; on ${transport}`);
      await talk.expectAllOnceInOrder(proxy);
      // Else the row shows nothing.
      expect(seen.at(-1)).toBeGreaterThan(0);
      expect(seen.at(-1), proxy.errors()).toBeLessThanOrEqual(3);
    });
  });
});

/** Whole names: those of objects are cut short. */
function named<Row extends { readonly name: string }>(rows: readonly Row[]): [string, Row][] {
  return rows.map((row) => [row.name, row]);
}

type StartedProxy = Awaited<ReturnType<ProxyRow["start"]>>;

async function onStage(
  { start }: Pick<ProxyRow, "start">,
  run: (stage: Stage, proxy: StartedProxy) => Promise<void>,
): Promise<void> {
  const stage = await createStage();
  const proxy = await start(`127.0.0.1:${(stage.http.address() as AddressInfo).port}`);
  try {
    await run(stage, proxy);
  } finally {
    await stage.close();
    closing.push(proxy.close());
  }
}

/** The best of three requests for nothing, after one that opens the connection. */
async function bareRoundTripMs({ url }: RealProxy): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 4; i++) {
    const began = performance.now();
    await (await fetch(`${url}/nothing`)).text();
    times.push(performance.now() - began);
  }
  return Math.min(...times.slice(1));
}
