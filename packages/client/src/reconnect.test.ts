import { describe, expect, it } from "vitest";
import { promotionDelayMs, reconnectDelayMs } from "./reconnect.ts";

const delays = { reconnectDelayMinMs: 200, reconnectDelayMaxMs: 5_000 };

describe("reconnectDelayMs", () => {
  it("retries the first time at once, but not everybody in the same instant", () => {
    expect(reconnectDelayMs(0, delays, () => 0)).toBe(0);
    expect(reconnectDelayMs(0, delays, () => 0.999)).toBeLessThan(100);
  });

  it("never waits less than the least or more than the most, and stays finite after any number of attempts", () => {
    for (const attempt of [1, 2, 5, 10, 31, 64, 1_100, 1e9]) {
      expect(reconnectDelayMs(attempt, delays, () => 0)).toBe(200);
      expect(reconnectDelayMs(attempt, delays, () => 0.999_999)).toBeLessThanOrEqual(5_000);
    }
  });

  it("stays jittered over the whole range at the cap", () => {
    expect(reconnectDelayMs(50, delays, () => 0.5)).toBe(2_600);
  });

  it("grows its range with the attempts", () => {
    expect([1, 2, 3].map((attempt) => reconnectDelayMs(attempt, delays, () => 1))).toEqual([400, 800, 1_600]);
  });
});

describe("promotionDelayMs", () => {
  it("doubles from five seconds to a minute, give or take a quarter", () => {
    expect([0, 1, 2, 3, 4, 2_000].map((attempt) => promotionDelayMs(attempt, () => 0.5))).toEqual([
      5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
    ]);
    expect(promotionDelayMs(0, () => 0)).toBe(3_750);
  });
});
