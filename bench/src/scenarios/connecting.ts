// Connecting: what the server pays for a new client until its first event is answered, and how long that takes from afar.
// The event is emitted as soon as the protocol lets it.

import { spreadOf } from "../figures/statistics.ts";
import type { Task } from "../task.ts";
import { delayingProxy } from "../wire/delaying-proxy.ts";
import { atOnce } from "./at-once.ts";
import { type Newcomer, welcome } from "./newcomer.ts";
import type { Figures, Scenario, Stage } from "./scenario.ts";

const task: Task = { role: "echo", kind: "text", bytes: 64, together: 1 };

const connectsAtOnce = 32;
const warmUpPart = 0.5;
const delayMs = 50;
/** The proxy accepts at once: TCP's own round trip is added. */
const ownRoundTrips = 1;

export const connecting: readonly Scenario[] = [
  {
    name: "connecting",
    group: "connecting",
    unit: "server CPU, µs per connection until its first event is answered",
    task,
    full: { connections: 4_000, warmUpMs: 0, measureMs: 0 },
    quick: { connections: 200, warmUpMs: 0, measureMs: 0 },
    play: connectMany,
  },
  {
    name: "connecting from 50 ms away",
    group: "connecting",
    unit: "ms until the first event is answered",
    task,
    full: { connections: 10, warmUpMs: 0, measureMs: 0 },
    quick: { connections: 2, warmUpMs: 0, measureMs: 0, only: ["ws", "wireway-websocket"] },
    play: connectFromAfar,
  },
];

async function connectMany(stage: Stage): Promise<Figures> {
  const { connections } = stage.size;
  await atOnce(connections * warmUpPart, connectsAtOnce, async () => void (await welcome(stage, stage.port)));
  const before = await stage.usage();
  const newcomers: Newcomer[] = [];
  await atOnce(connections, connectsAtOnce, async () => void newcomers.push(await welcome(stage, stage.port)));
  const after = await stage.usage();
  const userUs = after.userUs - before.userUs;
  const systemUs = after.systemUs - before.systemUs;
  return {
    cost: (userUs + systemUs) / newcomers.length,
    count: newcomers.length,
    more: {
      "user µs": userUs / newcomers.length,
      "system µs": systemUs / newcomers.length,
      ...wireFigures(newcomers),
    },
  };
}

async function connectFromAfar(stage: Stage): Promise<Figures> {
  const proxy = await delayingProxy(stage.port, delayMs);
  await welcome(stage, stage.port);
  const newcomers: Newcomer[] = [];
  await atOnce(stage.size.connections, 1, async () => void newcomers.push(await welcome(stage, proxy.port)));
  proxy.close();
  const ms = spreadOf(newcomers.map((one) => one.ms)).median + ownRoundTrips * 2 * delayMs;
  return {
    cost: ms,
    count: newcomers.length,
    more: { "round trips": Math.floor(ms / (2 * delayMs)), ...wireFigures(newcomers) },
  };
}

function wireFigures(newcomers: readonly Newcomer[]): Record<string, number> {
  return {
    "bytes in": spreadOf(newcomers.map((one) => one.readBytes)).median,
    "bytes out": spreadOf(newcomers.map((one) => one.writtenBytes)).median,
  };
}
