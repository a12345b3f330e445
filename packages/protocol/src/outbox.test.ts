import fc from "fast-check";
import { expect, test } from "vitest";
import { watched } from "../test/watched.ts";
import { Outbox } from "./outbox.ts";
import { createMessage, type Message } from "./packet.ts";

/** What an outbox is: everything ever pushed, and a count. */
class Model {
  readonly all: Message[] = [];
  acked = 0;

  get list(): Message[] {
    return this.all.slice(this.acked);
  }

  get bytes(): number {
    return this.list.reduce((sum, { bytes }) => sum + bytes + 64, 0);
  }
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ push: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ pushMany: fc.integer({ min: 50, max: 300 }) }) },
  // Relative to what is acked: behind, within, and beyond what was sent.
  { weight: 2, arbitrary: fc.record({ confirm: fc.integer({ min: -5, max: 150 }) }) },
);

test("an outbox is what a list and a count are", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const maxBytes = 5_000;
      const outbox = new Outbox(maxBytes);
      const model = new Model();
      const push = (size: number): void => {
        const message = createMessage("x".repeat(size));
        expect(outbox.bytesWith(message)).toBe(model.bytes + size + 64);
        expect(outbox.fits(message)).toBe(model.bytes + size + 64 <= maxBytes);
        outbox.push(message);
        model.all.push(message);
      };
      for (const done of steps) {
        if ("push" in done) push(done.push);
        else if ("pushMany" in done) for (let index = 0; index < done.pushMany; index++) push(index % 10);
        else {
          const received = model.acked + done.confirm;
          expect(outbox.confirm(received)).toBe(received <= model.all.length);
          if (received <= model.all.length) model.acked = Math.max(model.acked, received);
        }
        expect(outbox.acked).toBe(model.acked);
        expect(outbox.sent).toBe(model.all.length);
        expect(outbox.length).toBe(model.list.length);
        expect(outbox.bytes).toBe(model.bytes);
      }
      const { acked } = model;
      expect(outbox.list()).toHaveLength(model.list.length);
      expect(outbox.list().every((message, index) => message === model.list[index])).toBe(true);
      for (let number = acked + 1; number <= model.all.length + 1; number++) {
        expect(outbox.get(number) === model.all[number - 1]).toBe(true);
      }
    }),
  );
});

test("a count that cannot be changes nothing", () => {
  const outbox = new Outbox(1_000);
  outbox.push(createMessage("a"));
  expect(outbox.confirm(2)).toBe(false);
  expect([outbox.acked, outbox.sent, outbox.bytes]).toEqual([0, 1, 65]);
});

test("many empty messages are bounded too", () => {
  const outbox = new Outbox(1_000);
  const empty = createMessage("");
  while (outbox.fits(empty)) outbox.push(empty);
  expect(outbox.length).toBe(15);
});

test("a broadcast's message exists once, in whatever outboxes it waits", () => {
  const message = createMessage("news");
  const outboxes = [new Outbox(1_000), new Outbox(1_000)];
  for (const outbox of outboxes) outbox.push(message);
  expect(outboxes.every((outbox) => outbox.get(1) === message)).toBe(true);
});

test("confirmed messages are let go, and the rest is moved seldom", () => {
  const outbox = new Outbox(Number.POSITIVE_INFINITY);
  const message = createMessage("x");
  let moved = 0;
  watched(
    Array.prototype,
    "slice",
    (_self, _args, part) => {
      moved += (part as unknown[]).length;
    },
    () => {
      for (let sent = 0; sent < 20_000; sent++) {
        outbox.push(message);
        if (sent >= 1_000) outbox.confirm(sent - 1_000);
      }
    },
  );
  expect(outbox.length).toBe(1_001);
  expect(moved).toBeLessThan(2 * 20_000);
  outbox.confirm(20_000);
  expect(outbox.list()).toEqual([]);
  expect(outbox.get(20_000)).toBeUndefined();
});
