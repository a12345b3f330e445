// Two thousand clients lose their server at the same moment, for ten seconds: once because its process died, once because
// the network is away and the server keeps what it knows. They have to be back within five seconds after it is, all of
// them, on WebSockets, and nobody may have given up. Five seconds are for a machine that opens as many bare WebSockets
// within two, while their clients look for the server; a slower machine gets more in proportion.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createProxy, type HostileProxy } from "@wireway/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const clientCount = 2_000;
const processCount = 2;
const awayMs = 10_000;
const backWithinMs = 5_000;
/** What a machine takes for as many bare WebSockets at once where the times hold as they stand. */
const bareUsualMs = 2_000;
/** A better transport is tried again after 5 s, give or take. */
const bestWithinMs = 10_000;

interface Report {
  /** How many are on which. */
  readonly transports: Readonly<Record<string, number>>;
  readonly disconnects: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly inactive: number;
}

function start(file: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  // As it was built, not as its source.
  return fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: [], env: { ...process.env, ...env } });
}

async function startServer(
  port: number,
  file = "./server-process.mjs",
): Promise<{ child: ChildProcess; port: number }> {
  const child = start(file, { PORT: String(port) });
  const [listening] = (await once(child, "message")) as [number];
  return { child, port: listening };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** The clients of all processes. */
class Crowd {
  readonly #children: readonly ChildProcess[] = Array.from({ length: processCount }, () =>
    start("./clients-process.mjs"),
  );

  /** The processes have started. */
  async ready(): Promise<void> {
    await this.report();
  }

  connect(url: string): void {
    for (const child of this.#children) child.send({ url, count: clientCount / processCount });
  }

  /** When the last one was there, and on this transport if one is named. */
  async there(transport?: string): Promise<number> {
    const question = { await: { transport } };
    const answers = this.#children.map((child) => ask<{ there: number }>(child, "there", question));
    return Math.max(...(await Promise.all(answers)).map(({ there }) => there));
  }

  /** What this machine takes, now, to open as many bare WebSockets at once and to have one answer over each. */
  async bareMs(port: number): Promise<number> {
    const beganAt = Date.now();
    const question = { bare: `ws://127.0.0.1:${port}`, count: clientCount / processCount };
    const answers = this.#children.map((child) => ask<{ bareThere: number }>(child, "bareThere", question));
    return Math.max(...(await Promise.all(answers)).map(({ bareThere }) => bareThere)) - beganAt;
  }

  async report(): Promise<Report> {
    const answers = this.#children.map((child) => ask<{ report: Report }>(child, "report", { report: true }));
    const reports = (await Promise.all(answers)).map(({ report }) => report);
    const sum = (pick: (report: Report) => Readonly<Record<string, number>>): Record<string, number> => {
      const total: Record<string, number> = {};
      for (const counts of reports.map(pick)) {
        for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
      }
      return total;
    };
    return {
      transports: sum(({ transports }) => transports),
      disconnects: sum(({ disconnects }) => disconnects),
      errors: sum(({ errors }) => errors),
      inactive: reports.reduce((total, { inactive }) => total + inactive, 0),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map(end));
  }
}

/** Resolves with the next message of the child's that has this field. */
async function ask<T extends object>(child: ChildProcess, field: keyof T & string, question: object): Promise<T> {
  const answered = new Promise<T>((resolve) => {
    const hear = (message: object): void => {
      if (!(field in message)) return;
      child.off("message", hear);
      resolve(message as T);
    };
    child.on("message", hear);
  });
  child.send(question);
  return await answered;
}

/** Ten seconds without the server, in which the machine shows how quick it is. @returns what it took: see `bareUsualMs`. */
async function away(crowd: Crowd): Promise<number> {
  const bare = await startServer(0, "./bare-process.mjs");
  const [bareMs] = await Promise.all([crowd.bareMs(bare.port), new Promise((resolve) => setTimeout(resolve, awayMs))]);
  await end(bare.child);
  return bareMs;
}

/** All come for the first time, one after another; says how long this machine takes for that. */
async function arrive(crowd: Crowd, url: string): Promise<void> {
  await crowd.ready();
  const beganAt = Date.now();
  crowd.connect(url);
  const thereAt = await crowd.there();
  const bestAt = await crowd.there("websocket");
  console.log(`all arrived after ${thereAt - beganAt} ms, all on WebSockets after ${bestAt - beganAt} ms`);
}

/** Waits for all to be back, then for all to be on WebSockets, and judges. @param bareMs what bare WebSockets took */
async function expectBack(
  crowd: Crowd,
  bareMs: number,
  disconnects: Report["disconnects"],
  what: string,
): Promise<void> {
  const upAt = Date.now();
  const thereAt = await crowd.there();
  const { transports } = await crowd.report();
  const bestAt = await crowd.there("websocket");
  const report = await crowd.report();
  console.log(
    `${what}: all back after ${thereAt - upAt} ms, on ${JSON.stringify(transports)}; ` +
      `all on WebSockets after ${bestAt - upAt} ms; errors ${JSON.stringify(report.errors)}; ` +
      `as many bare WebSockets took ${bareMs} ms`,
  );
  expect(report.inactive).toBe(0);
  expect(report.disconnects).toEqual(disconnects);
  // Nobody was told anything but that nobody was there.
  expect(Object.keys(report.errors)).toEqual(["unreachable"]);
  const slowness = Math.max(1, bareMs / bareUsualMs);
  expect(thereAt - upAt).toBeLessThanOrEqual(backWithinMs * slowness);
  // No transport was demoted: whoever was helped by another one is not kept from the best.
  expect(bestAt - upAt).toBeLessThanOrEqual(bestWithinMs * slowness);
}

describe("two thousand clients", () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  let proxy: HostileProxy;
  let crowd: Crowd;
  beforeEach(async () => {
    crowd = new Crowd();
    server = await startServer(0);
    proxy = await createProxy({ target: { host: "127.0.0.1", port: server.port } });
  });
  afterEach(async () => {
    await Promise.all([crowd.close(), end(server.child)]);
    await proxy.close();
  }, 60_000);

  test("come back to a server that was killed and started again", { timeout: 240_000 }, async () => {
    await arrive(crowd, `http://127.0.0.1:${server.port}`);
    await end(server.child);
    const bareMs = await away(crowd);
    server = await startServer(server.port);
    await expectBack(crowd, bareMs, { unknown_session: clientCount }, "server killed");
  });

  test("go on with their sessions when the network is back", { timeout: 240_000 }, async () => {
    await arrive(crowd, proxy.url);
    proxy.setWeather({ down: true });
    proxy.cut();
    const bareMs = await away(crowd);
    proxy.setWeather({ down: false });
    await expectBack(crowd, bareMs, {}, "network away");
  });
});
