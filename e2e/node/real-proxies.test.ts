// Real proxies in the way, and a client on its default options. Both ends write down what they sent and got, and the two
// have to agree to the letter: everything once, in order, both ways, in one session.

import type { AddressInfo } from "node:net";
import { connect, type Socket } from "@wireway/client";
import { afterAll, describe, expect, test } from "vitest";
import type { RealProxy } from "../proxies/proxy-process.ts";
import { cuttingRows, idleRows, type ProxyRow, proxyRows } from "../proxies/rows.ts";
import { createStage, deferred, type Stage } from "./stage.ts";

const everyMs = 50;
const talkMs = 10_000;
const burstEveryMs = 1_000;
/** How long the last messages may take to arrive, on roads that are cut. */
const patienceMs = 15_000;
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

/** Connections to the server that were ended by somebody between it and the client, so far. */
function countCuts({ http }: Stage): () => number {
  let cuts = 0;
  http.on("request", (request, response) => {
    if (request.headers.upgrade !== undefined) request.socket.once("close", () => cuts++);
    else response.once("close", () => (cuts += response.writableFinished ? 0 : 1));
  });
  return () => cuts;
}

/** Both ends of one session, and what each sent and got. */
class Talk {
  readonly socket: Socket;
  readonly #up = { sent: 0, received: [] as number[] };
  readonly #down = { sent: 0, received: [] as number[] };
  readonly #disconnects: string[] = [];
  #speaking = false;
  #check = (): void => undefined;

  constructor({ wireway }: Stage, url: string) {
    wireway.on("connection", (socket) => {
      socket.on("up", (number: number) => {
        this.#up.received.push(number);
        this.#check();
      });
      const timer = setInterval(() => {
        if (this.#speaking) socket.emit("down", this.#down.sent++);
      }, everyMs);
      socket.on("disconnect", () => clearInterval(timer));
    });
    this.socket = connect(url, { forceNew: true });
    this.socket.on("down", (number: number) => {
      this.#down.received.push(number);
      this.#check();
    });
    this.socket.on("disconnect", (reason: string) => this.#disconnects.push(reason));
  }

  /** Twenty messages a second each way, from the moment that the session is there, and now and then many at once. */
  async speak(forMs: number, burst = 0): Promise<void> {
    if (!this.socket.connected) await new Promise<void>((resolve) => this.socket.once("connect", () => resolve()));
    this.#speaking = true;
    const timer = setInterval(() => this.socket.emit("up", this.#up.sent++), everyMs);
    const bursts = setInterval(() => {
      for (let i = 0; i < burst; i++) this.socket.emit("up", this.#up.sent++);
    }, burstEveryMs);
    await new Promise((resolve) => setTimeout(resolve, forMs));
    clearInterval(timer);
    clearInterval(bursts);
    this.#speaking = false;
  }

  /** Waits for the rest to arrive, and judges. */
  async expectAllOnceInOrder(proxy: RealProxy): Promise<void> {
    const all = deferred();
    this.#check = () => {
      if (this.#up.received.length >= this.#up.sent && this.#down.received.length >= this.#down.sent) all.resolve();
    };
    this.#check();
    // What is missing after that is lost: the judgement says what it is.
    const patience = setTimeout(all.resolve, patienceMs);
    await all.promise;
    clearTimeout(patience);
    const disconnects = [...this.#disconnects];
    this.socket.close();
    expect(this.#up.sent).toBeGreaterThan(50);
    expect(this.#down.sent).toBeGreaterThan(50);
    expect(this.#up.received, proxy.errors()).toEqual(Array.from({ length: this.#up.sent }, (_, number) => number));
    expect(this.#down.received, proxy.errors()).toEqual(Array.from({ length: this.#down.sent }, (_, number) => number));
    expect(disconnects).toEqual([]);
  }
}
