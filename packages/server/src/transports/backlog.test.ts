import { expect, it } from "vitest";
import { Backlog } from "./backlog.ts";

it("allows what an outbox may hold, encoded", () => {
  const backlog = new Backlog(8_388_608, { relieved: () => undefined });
  expect(backlog.grow((8_388_608 * 4) / 3)).toBe(false);
});

it("counts writes beside bytes, so that a peer which never reads cannot pile up small answers", () => {
  const backlog = new Backlog(4_096, { relieved: () => undefined });
  let writes = 1;
  while (!backlog.grow(4 * writes)) writes++;
  expect(writes).toBeLessThan(5_000);
});

it("forgets writes that have left", () => {
  const backlog = new Backlog(4_096, { relieved: () => undefined });
  for (let write = 0; write < 100_000; write++) {
    expect(backlog.grow(0)).toBe(false);
    backlog.shrink(0);
  }
});

it("is full until half of that has left, and says so once", () => {
  let relieved = 0;
  const backlog = new Backlog(1_000_000, { relieved: () => relieved++ });
  expect(backlog.isFull(65_536)).toBe(false);
  expect(backlog.isFull(65_537)).toBe(true);
  expect(backlog.isFull(60_000)).toBe(true);
  backlog.shrink(40_000);
  expect(relieved).toBe(0);
  backlog.shrink(32_768);
  backlog.shrink(0);
  expect([relieved, backlog.isFull(32_768)]).toEqual([1, false]);
});
