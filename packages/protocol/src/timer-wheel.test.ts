import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimerWheel } from "./timer-wheel.ts";

const tickMs = 10;
const never = Number.POSITIVE_INFINITY;

test("a wheel does what a sorted list does: never early, at most a tick late, once per arming", () => {
  const step = fc.oneof(
    fc.record({
      arm: fc.nat(4),
      inMs: fc.oneof(fc.integer({ min: -50, max: 100 }), fc.integer({ min: 0, max: 2_000 })),
    }),
    fc.record({ disarm: fc.nat(4) }),
    fc.record({ advanceMs: fc.oneof(fc.nat(30), fc.constant(tickMs), fc.integer({ min: 0, max: 3_000 })) }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 80 }),
      fc.nat(1_000),
      fc.integer({ min: 1, max: 16 }),
      (steps, startMs, slots) => {
        let now = startMs;
        const wheel = new TimerWheel(tickMs, now, slots);
        const armed = new Map<number, { deadlineMs: number; armedAt: number }>();
        const timers = Array.from({ length: 5 }, (_, index) =>
          wheel.timer(() => {
            const due = armed.get(index);
            expect(due, "fired without being armed").toBeDefined();
            expect(due?.deadlineMs, "fired early").toBeLessThanOrEqual(now);
            armed.delete(index);
          }),
        );
        for (const done of steps) {
          if ("arm" in done) {
            timers[done.arm]?.arm(now + done.inMs);
            armed.set(done.arm, { deadlineMs: now + done.inMs, armedAt: now });
          } else if ("disarm" in done) {
            timers[done.disarm]?.arm(never);
            armed.delete(done.disarm);
          } else {
            now += done.advanceMs;
            wheel.advance(now);
            for (const { deadlineMs, armedAt } of armed.values()) {
              expect(Math.max(deadlineMs, armedAt) + tickMs, "fired too late").toBeGreaterThan(now);
            }
          }
          if (armed.size > 0) expect(wheel.busy).toBe(true);
        }
        // Everything fires in the end, and then there is nothing left to turn the wheel for.
        now += 5_000;
        wheel.advance(now);
        expect(armed.size).toBe(0);
        expect(wheel.busy).toBe(false);
      },
    ),
    { numRuns: 1_000 },
  );
});

describe("a timer", () => {
  const scene = (
    slots = 8,
  ): { fired: number[]; wheel: TimerWheel; at: (now: number) => void; arm: (deadlineMs: number) => void } => {
    let now = 0;
    const fired: number[] = [];
    const wheel = new TimerWheel(tickMs, 0, slots);
    const timer = wheel.timer(() => fired.push(now));
    const at = (time: number): void => {
      now = time;
      wheel.advance(now);
    };
    return { fired, wheel, at, arm: (deadlineMs) => timer.arm(deadlineMs) };
  };

  test("that is armed to a later time waits for that one alone", () => {
    const { fired, at, arm } = scene();
    arm(20);
    arm(45);
    for (let now = 10; now <= 100; now += tickMs) at(now);
    expect(fired).toEqual([50]);
  });

  test("that is armed to an earlier time fires then, and not at the old one", () => {
    const { fired, at, arm } = scene();
    arm(70);
    arm(15);
    for (let now = 10; now <= 200; now += tickMs) at(now);
    expect(fired).toEqual([20]);
  });

  test("that is armed earlier by whole turns of the wheel fires once", () => {
    const { fired, at, arm } = scene();
    arm(20 + 3 * 80);
    arm(20 + 80);
    arm(20);
    for (let now = 10; now <= 400; now += tickMs) at(now);
    expect(fired).toEqual([20]);
  });

  test("that is disarmed does not fire, and can be armed again", () => {
    const { fired, wheel, at, arm } = scene();
    arm(30);
    arm(never);
    for (let now = 10; now <= 100; now += tickMs) at(now);
    expect(fired).toEqual([]);
    expect(wheel.busy).toBe(false);
    arm(120);
    expect(wheel.busy).toBe(true);
    for (let now = 110; now <= 200; now += tickMs) at(now);
    expect(fired).toEqual([120]);
  });

  test("that was due in a long sleep fires once, when the sleeper wakes", () => {
    const { fired, at, arm } = scene();
    arm(30);
    at(1_000_000);
    at(1_000_010);
    expect(fired).toEqual([1_000_000]);
  });

  test("that is armed for a time that has gone fires at the next tick", () => {
    const { fired, at, arm } = scene();
    at(100);
    arm(Number.NEGATIVE_INFINITY);
    at(105);
    expect(fired).toEqual([]);
    at(110);
    expect(fired).toEqual([110]);
  });

  test("that arms itself again goes on, once each time", () => {
    let now = 0;
    const fired: number[] = [];
    const wheel = new TimerWheel(tickMs, 0, 8);
    const timer = wheel.timer(() => {
      fired.push(now);
      timer.arm(now + 25);
    });
    timer.arm(10);
    for (; now <= 100; now += tickMs) wheel.advance(now);
    expect(fired).toEqual([10, 40, 70, 100]);
  });

  test("may arm and disarm others from its task", () => {
    const fired: string[] = [];
    const wheel = new TimerWheel(tickMs, 0, 8);
    const late = wheel.timer(() => fired.push("late"));
    const other = wheel.timer(() => fired.push("other"));
    const first = wheel.timer(() => {
      fired.push("first");
      late.arm(never);
      other.arm(30);
    });
    first.arm(10);
    late.arm(20);
    for (let now = 0; now <= 100; now += tickMs) wheel.advance(now);
    expect(fired).toEqual(["first", "other"]);
  });
});

test("a timer waits once, however often it was armed", () => {
  const wheel = new TimerWheel(tickMs, 0, 8);
  let fired = 0;
  const timer = wheel.timer(() => {
    fired++;
  });
  for (let deadlineMs = 100; deadlineMs < 1_000; deadlineMs++) timer.arm(deadlineMs);
  for (let deadlineMs = 1_000; deadlineMs > 100; deadlineMs--) timer.arm(deadlineMs);
  for (let now = tickMs; now < 10_000; now += tickMs) wheel.advance(now);
  expect(fired).toBe(1);
});

test("a timer that is disarmed is not kept, so that the wheel need not be turned for it", () => {
  let started = 0;
  const wheel = new TimerWheel(tickMs, 0, 8, () => {
    started++;
  });
  const timer = wheel.timer(() => undefined);
  timer.arm(70);
  timer.arm(15);
  expect(wheel.busy).toBe(true);
  timer.arm(never);
  expect(wheel.busy).toBe(false);
  timer.arm(70);
  expect(started).toBe(2);
});

test("a task that disarms another of its tick is obeyed", () => {
  const wheel = new TimerWheel(tickMs, 0, 8);
  const fired: string[] = [];
  const first = wheel.timer(() => {
    fired.push("first");
    second.arm(never);
  });
  const second = wheel.timer(() => fired.push("second"));
  const third = wheel.timer(() => fired.push("third"));
  for (const timer of [first, second, third]) timer.arm(15);
  wheel.advance(100);
  expect(fired).toEqual(["first", "third"]);
});
