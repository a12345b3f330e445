import { FakeClock } from "@wireway/testkit";
import { expect, it } from "vitest";
import { TimeLimit } from "./time-limit.ts";

function limited(limitMs: number): { clock: FakeClock; limit: TimeLimit<string>; over: [string, number][] } {
  const clock = new FakeClock();
  const over: [string, number][] = [];
  const limit = new TimeLimit<string>(limitMs, clock, (item) => void over.push([item, clock.now()]));
  return { clock, limit, over };
}

it("ends each when its own time is up", () => {
  const { clock, limit, over } = limited(100);
  limit.start("a");
  clock.advance(60);
  limit.start("b");
  clock.advance(1_000);
  expect(over).toEqual([
    ["a", 100],
    ["b", 160],
  ]);
});

it("does not end what was stopped", () => {
  const { clock, limit, over } = limited(100);
  limit.start("a");
  limit.start("b");
  limit.stop("a");
  limit.stop("never started");
  clock.advance(1_000);
  expect(over).toEqual([["b", 100]]);
  expect(limit.size).toBe(0);
});

it("begins anew when it is started again", () => {
  const { clock, limit, over } = limited(100);
  limit.start("a");
  clock.advance(99);
  limit.start("a");
  clock.advance(99);
  expect(over).toEqual([]);
  clock.advance(1);
  expect(over).toEqual([["a", 199]]);
});

it("may be started from what happens at the end", () => {
  const clock = new FakeClock();
  let times = 0;
  const limit = new TimeLimit<string>(100, clock, (item) => {
    if (++times < 3) limit.start(item);
  });
  limit.start("a");
  clock.advance(1_000);
  expect([times, limit.size]).toEqual([3, 0]);
});
