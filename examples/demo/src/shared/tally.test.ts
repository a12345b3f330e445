// The demo's verdict is worth as much as its tally: each thing that may go wrong has to be seen.

import { describe, expect, it } from "vitest";
import { Tally } from "./tally.ts";

function take(...numbers: number[]): object {
  const tally = new Tally();
  for (const n of numbers) tally.take(n);
  return tally.report();
}

describe("tally", () => {
  it("finds nothing wrong with a stream in order", () => {
    expect(take(0, 1, 2, 3)).toEqual({ received: 4, lost: 0, doubled: 0, outOfOrder: 0 });
  });

  it("counts a number as lost once a later one has overtaken it", () => {
    expect(take(0, 1, 4)).toEqual({ received: 3, lost: 2, doubled: 0, outOfOrder: 0 });
  });

  it("does not count what has not come yet", () => {
    expect(take(0, 1)).toEqual({ received: 2, lost: 0, doubled: 0, outOfOrder: 0 });
  });

  it("counts the beginning of a stream too", () => {
    expect(take(1)).toEqual({ received: 1, lost: 1, doubled: 0, outOfOrder: 0 });
  });

  it("takes a number that comes late for out of order and not for lost", () => {
    expect(take(0, 2, 1, 3)).toEqual({ received: 4, lost: 0, doubled: 0, outOfOrder: 1 });
  });

  it("counts a number that comes twice as doubled", () => {
    expect(take(0, 1, 1, 2, 0)).toEqual({ received: 5, lost: 0, doubled: 2, outOfOrder: 0 });
  });

  it("counts a late number that comes twice as out of order and doubled", () => {
    expect(take(0, 2, 1, 1)).toEqual({ received: 4, lost: 0, doubled: 1, outOfOrder: 1 });
  });
});
