import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WheelClock } from "./clock.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

it("fires at the time or up to a tick later, and has no interval when nothing waits", () => {
  const clock = new WheelClock();
  const fired = vi.fn();
  const timer = clock.timer(fired);
  expect(vi.getTimerCount()).toBe(0);
  timer.arm(clock.now() + 250);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(249);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(151);
  expect(fired).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000);
  expect(vi.getTimerCount()).toBe(0);
});

it("fires a timer that was armed again for the last deadline only", () => {
  const clock = new WheelClock();
  const fired = vi.fn();
  const timer = clock.timer(fired);
  const start = clock.now();
  timer.arm(start + 200);
  timer.arm(start + 1_000);
  vi.advanceTimersByTime(900);
  expect(fired).not.toHaveBeenCalled();
  timer.arm(Number.POSITIVE_INFINITY);
  vi.advanceTimersByTime(10_000);
  expect(fired).not.toHaveBeenCalled();
  timer.arm(clock.now() + 100);
  vi.advanceTimersByTime(300);
  expect(fired).toHaveBeenCalledTimes(1);
});
