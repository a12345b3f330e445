// Real proxies in the way, and a client on its default options: how soon the first message is there, and whether everything
// arrives once and in order while the proxy does what it does.

import type { AddressInfo } from "node:net";
import { type ConnectOptions, connect } from "@wireway/client";
import { afterAll, describe, expect, test } from "vitest";
import { forwardedBy } from "../proxies/forwarding.ts";
import { cuttingRows, forwardIdleRows, forwardRows, idleRows, type ProxyRow, proxyRows } from "../proxies/rows.ts";
import { Stalls } from "../stalls.ts";
import { CutCounter } from "./cut-counter.ts";
import { createStage, type Stage } from "./stage.ts";
import { Talk } from "./talk.ts";

/** Less than the rows ask for: there is no chance in what these proxies do. */
const talkMs = 10_000;
/** The proxies' five seconds, but for how late we look. */
const leastIdleMs = 4_000;
const freshClients = 3;
/** As the matrix has it; a pause of the machine may cause one more, for nothing is said in it. */
const mostIdleCuts = 3;

/** Some proxies take a second to end; nobody needs to wait for each. */
const closing: Promise<void>[] = [];
afterAll(() => Promise.all(closing));

describe("the first message", () => {
  // One after the other, before anything else is under way: these are times.
  test.each(named(proxyRows, forwardRows))("%s", { timeout: 30_000 }, async (_, row) => {
    const late: number[] = [];
    for (let i = 0; i < freshClients; i++) {
      // A proxy of its own has an address of its own, so that nothing is remembered of the client before.
      await onScene(row, async ({ stage, url, options }) => {
        stage.wireway.on("connection", (socket) => void socket.emit("hello"));
        const roundTripMs = await bareRoundTripMs(url, options.fetch);
        const began = performance.now();
        const socket = connect(url, { forceNew: true, ...options });
        await new Promise<void>((resolve) => socket.on("hello", () => resolve()));
        late.push(performance.now() - began - row.start.roundTrips * roundTripMs);
        void socket.close();
      });
    }
    console.log(`${row.name}: first message ${Math.min(...late).toFixed(1)} ms beyond three round trips`);
    expect(Math.min(...late)).toBeLessThanOrEqual(row.start.ms);
  });
});

describe.concurrent("traffic", () => {
  test.each(named(proxyRows, forwardRows))("%s", { timeout: 60_000 }, async (_, row) => {
    await onScene(row, async ({ stage, proxy, url, options }) => {
      const talk = new Talk(stage, url, options);
      await talk.speak(talkMs, row.burst);
      const transport = talk.socket.connection?.transport;
      await talk.expectAllOnceInOrder(proxy);
      expect(transport, proxy.errors()).toBe(row.expect.transport);
      if (row.complaint) expect(proxy.errors()).toMatch(row.complaint);
    });
  });

  test.each(named(cuttingRows))("%s", { timeout: 60_000 }, async (_, row) => {
    await onScene(row, async ({ stage, proxy, url, options }) => {
      const counter = new CutCounter(stage, 0, options.fetch);
      const talk = new Talk(stage, url, { ...options, fetch: counter.fetch });
      const timer = setInterval(() => void proxy.cut?.(), row.cutEveryMs);
      await talk.speak(talkMs);
      clearInterval(timer);
      console.log(`${row.name}: ${counter.cuts} cuts; on ${talk.socket.connection?.transport}`);
      // How many is chance: between two polls there is nothing to cut.
      expect(counter.cuts).toBeGreaterThan(0);
      await talk.expectAllOnceInOrder(proxy);
    });
  });

  const resting = named(idleRows, forwardIdleRows);
  test.each(resting)("%s, and no more once that is known", { timeout: 90_000 }, async (_, row) => {
    await onScene(row, async ({ stage, proxy, url, options }) => {
      const counter = new CutCounter(stage, leastIdleMs, options.fetch);
      const talk = new Talk(stage, url, { ...options, fetch: counter.fetch });
      const stalls = new Stalls();
      const seen: number[] = [];
      const { talkMs: turnMs = 0, quietMs = 0 } = row.traffic.rhythm ?? {};
      for (let leftMs = row.traffic.forMs; leftMs >= turnMs + quietMs; leftMs -= turnMs + quietMs) {
        await talk.speak(turnMs);
        await new Promise((resolve) => setTimeout(resolve, quietMs));
        seen.push(counter.cuts);
      }
      await talk.speak(turnMs);
      stalls.stop();
      const transport = talk.socket.connection?.transport;
      const pauses = `${stalls.count} pauses of the machine`;
      console.log(`${row.name}: cuts after each quiet time ${seen.join(", ")}; on ${transport}; ${pauses}`);
      await talk.expectAllOnceInOrder(proxy);
      // Else the row shows nothing.
      expect(seen.at(-1)).toBeGreaterThan(0);
      expect(seen.at(-1), proxy.errors()).toBeLessThanOrEqual(mostIdleCuts + stalls.count);
      expect(transport).toBe(row.expect.transport);
    });
  });
});

/** Whole names: those of objects are cut short. */
function named(...rows: readonly (readonly ProxyRow[])[]): [string, ProxyRow][] {
  return rows.flat().map((row) => [row.name, row]);
}

interface Scene {
  readonly stage: Stage;
  readonly proxy: Awaited<ReturnType<ProxyRow["way"]>>;
  /** What the client connects to. */
  readonly url: string;
  /** What it needs to get there; nothing, unless the proxy forwards. */
  readonly options: Partial<ConnectOptions>;
}

async function onScene({ way, forwards = false }: ProxyRow, run: (scene: Scene) => Promise<void>): Promise<void> {
  const stage = await createStage();
  const target = `127.0.0.1:${(stage.http.address() as AddressInfo).port}`;
  const proxy = await way(target);
  try {
    await run({
      stage,
      proxy,
      url: forwards ? `http://${target}` : proxy.url,
      options: forwards ? { ...forwardedBy(proxy) } : {},
    });
  } finally {
    await stage.close();
    closing.push(proxy.close());
  }
}

/** The best of three requests for nothing, after one that opens the connection. */
async function bareRoundTripMs(url: string, fetchBare = fetch): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 4; i++) {
    const began = performance.now();
    await (await fetchBare(`${url}/nothing`)).text();
    times.push(performance.now() - began);
  }
  return Math.min(...times.slice(1));
}
