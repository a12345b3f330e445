import { expect, it } from "vitest";
import { Backlog } from "./backlog.ts";

it("allows what an outbox may hold, encoded", () => {
  const backlog = new Backlog(8_388_608);
  expect(backlog.grow((8_388_608 * 4) / 3)).toBe(false);
});

it("counts writes beside bytes, so that a peer which never reads cannot pile up small answers", () => {
  const backlog = new Backlog(4_096);
  let writes = 1;
  while (!backlog.grow(4 * writes)) writes++;
  expect(writes).toBeLessThan(5_000);
});

it("forgets writes that have left", () => {
  const backlog = new Backlog(4_096);
  for (let write = 0; write < 100_000; write++) {
    expect(backlog.grow(0)).toBe(false);
    backlog.shrink();
  }
});
