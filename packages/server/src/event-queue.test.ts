import { expect, it } from "vitest";
import { EventQueue } from "./event-queue.ts";

/** How long it takes to be rid of so many that waited, in milliseconds. */
function drainMs(count: number): number {
  let taken = 0;
  const queue = new EventQueue({
    maxWaitingBytes: Number.POSITIVE_INFINITY,
    take: () => {
      taken++;
      return undefined;
    },
    idle: () => undefined,
  });
  for (let id = 0; id < count; id++) queue.push({ type: "event", namespace: "/", args: ["tick", id] }, 10);
  const startedMs = performance.now();
  queue.open();
  const ms = performance.now() - startedMs;
  expect([taken, queue.isIdle]).toEqual([count, true]);
  return ms;
}

it("takes many that waited as fast as few, each", () => {
  const best = (count: number): number => Math.min(...[1, 2, 3].map(() => drainMs(count)));
  // Seventeen times as many, with room for a busy machine; taken from an array's front it was a thousand times as long.
  expect(best(100_000)).toBeLessThan(100 * Math.max(best(6_000), 1));
});

it("takes one after the other, those that come meanwhile too", async () => {
  const order: unknown[] = [];
  let finish = (): void => undefined;
  const idle = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const queue: EventQueue = new EventQueue({
    maxWaitingBytes: 10_000,
    take: async ({ args: [, id] }) => {
      order.push(id);
      if (id === 0) for (let late = 100; late < 103; late++) push(late);
      await Promise.resolve();
      order.push(`${String(id)} done`);
    },
    idle: () => finish(),
  });
  const push = (id: number): void => queue.push({ type: "event", namespace: "/", args: ["tick", id] }, 1);
  for (let id = 0; id < 3; id++) push(id);
  queue.open();
  await idle;
  expect(order).toEqual([0, 1, 2, 100, 101, 102].flatMap((id) => [id, `${id} done`]));
});
