import { FakeClock, Random } from "@wireway/testkit";
import { expect, it } from "vitest";
import { Drain } from "./drain.ts";

interface Scene {
  readonly clock: FakeClock;
  readonly drain: Drain<number>;
  /** Who was asked to leave, and when. */
  readonly asked: (readonly [one: number, atMs: number])[];
  readonly isDone: () => Promise<boolean>;
}

function scene(count: number, drainMs: number): Scene {
  const clock = new FakeClock();
  const random = new Random(1);
  const asked: [number, number][] = [];
  const all = Array.from({ length: count }, (_, index) => index);
  const drain = new Drain(all, {
    clock,
    drainMs,
    random: () => random.uint32() / 0x1_0000_0000,
    ask: (one) => void asked.push([one, clock.now()]),
  });
  let isDone = false;
  void drain.done.then(() => {
    isDone = true;
  });
  return {
    clock,
    drain,
    asked,
    isDone: async () => {
      await Promise.resolve();
      return isDone;
    },
  };
}

it.each([
  [2_000, 10_000],
  [100_000, 10_000],
  [37, 1_000],
  [3, 60_000],
])("asks %i evenly over nine tenths of %i ms, each once", (count, drainMs) => {
  const { clock, asked } = scene(count, drainMs);
  clock.advance(drainMs);
  expect(new Set(asked.map(([one]) => one)).size).toBe(count);
  expect(asked.length).toBe(count);
  // At any time the share that was asked is the share of the time that is over, but for one step.
  const perStep = Math.max(1, (count * 100) / (drainMs * 0.9)) + 1;
  asked.forEach(([, atMs], index) => {
    expect(Math.abs((count * atMs) / (drainMs * 0.9) - index)).toBeLessThanOrEqual(perStep);
  });
});

it("asks in no order that anybody could foresee from the order of arrival", () => {
  const { clock, asked } = scene(1_000, 1_000);
  clock.advance(1_000);
  const later = asked.filter(([one], index) => one > (asked[index - 1]?.[0] ?? -1)).length;
  expect(later).toBeGreaterThan(400);
  expect(later).toBeLessThan(600);
});

it("asks the only one at once", () => {
  expect(scene(1, 60_000).asked).toEqual([[0, 0]]);
});

it("needs one timer, and no more wakings than its steps", () => {
  const clock = new FakeClock();
  let wakings = 0;
  let timers = 0;
  const counted = {
    now: () => clock.now(),
    defer: (task: () => void) => clock.defer(task),
    timer: (task: () => void) => {
      timers++;
      return clock.timer(() => {
        wakings++;
        task();
      });
    },
  };
  new Drain(Array(50_000).keys(), { clock: counted, drainMs: 10_000, random: Math.random, ask: () => undefined });
  clock.advance(10_000);
  expect(timers).toBe(1);
  expect(wakings).toBeLessThanOrEqual(101);
});

it("does not ask those that left, and leaves their time to the others", () => {
  const { clock, drain, asked } = scene(1_000, 10_000);
  clock.advance(1_000);
  const gone = Array.from({ length: 1_000 }, (_, one) => one).filter((one) => one % 10 > 0);
  const before = asked.length;
  for (const one of gone) drain.delete(one);
  clock.advance(9_000);
  const late = asked.slice(before);
  expect(late.every(([one]) => one % 10 === 0)).toBe(true);
  expect(late.at(-1)?.[1]).toBeGreaterThan(8_500);
});

it("is done when the time is up, and not before", async () => {
  const { clock, drain, isDone } = scene(5, 10_000);
  clock.advance(9_999);
  expect([await isDone(), drain.leftMs]).toEqual([false, 1]);
  clock.advance(1);
  expect([await isDone(), drain.leftMs]).toEqual([true, 0]);
});

it("asks nobody any more when it is ended", async () => {
  const { clock, drain, asked, isDone } = scene(100, 10_000);
  drain.end();
  clock.advance(20_000);
  expect([asked.length, await isDone()]).toEqual([1, true]);
});
