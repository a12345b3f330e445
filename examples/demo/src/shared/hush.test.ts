// Silence where silence is cut, and nowhere else.

import { describe, expect, it } from "vitest";
import { isHushed } from "./hush.ts";
import { skies } from "./skies.ts";

describe("hush", () => {
  it("lets everybody talk unless silence is cut", () => {
    for (let nowMs = 0; nowMs < 24_000; nowMs += 500) expect(isHushed(["latency"], nowMs)).toBe(false);
  });

  it("leaves silence that is long enough to be cut, and time to talk", () => {
    const isQuiet = Array.from({ length: 120 }, (_, index) => isHushed(["idle"], index * 100));
    const quietMs = isQuiet.filter(Boolean).length * 100;
    expect(quietMs).toBeGreaterThan(skies.idle.change.idleCutMs * 1.5);
    expect(12_000 - quietMs).toBeGreaterThanOrEqual(3_000);
  });
});
