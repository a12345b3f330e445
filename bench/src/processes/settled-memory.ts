// Memory when nothing is left to collect: collects until the figures stand still.

import { setTimeout as wait } from "node:timers/promises";
import type { Memory } from "./usage.ts";

const settlesWithin = 0.005;
const most = 12;
const pauseMs = 150;

export async function settledMemory(): Promise<Memory> {
  let before = memory();
  for (let time = 0; time < most; time++) {
    collect();
    await wait(pauseMs);
    const now = memory();
    const isSettled = near(now.rssBytes, before.rssBytes) && near(now.heapBytes, before.heapBytes);
    before = now;
    if (isSettled && time >= 2) break;
  }
  return before;
}

/** In Node and in Bun. */
function collect(): void {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(now: boolean): void } };
  if (Bun) Bun.gc(true);
  else gc?.();
}

function memory(): Memory {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed, externalBytes: external };
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= settlesWithin * b;
}
