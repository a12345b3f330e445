import fc from "fast-check";
import { expect, test } from "vitest";
import { Few } from "./few.ts";

test("does what a map does", () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ set: fc.nat(3) }) },
    { weight: 4, arbitrary: fc.record({ delete: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ clear: fc.constant(true) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const few = new Few<number, { name: string }>();
      const map = new Map<number, { name: string }>();
      for (const [index, done] of steps.entries()) {
        if ("set" in done) {
          const value = { name: `${done.set} at ${index}` };
          few.set(done.set, value);
          map.set(done.set, value);
        } else if ("delete" in done) {
          few.delete(done.delete);
          map.delete(done.delete);
        } else {
          few.clear();
          map.clear();
        }
        expect([...few.values()]).toEqual([...map.values()]);
        expect(few.size).toBe(map.size);
        for (let key = 0; key <= 3; key++) {
          expect(few.get(key)).toBe(map.get(key));
          expect(few.has(key)).toBe(map.has(key));
        }
      }
    }),
    { numRuns: 1_000 },
  );
});

test("those that are deleted while they are visited are not met, nor those that others leave behind twice", () => {
  const few = new Few<number, { id: number }>();
  for (let id = 1; id <= 4; id++) few.set(id, { id });
  const met: number[] = [];
  for (const { id } of few.values()) {
    met.push(id);
    if (id === 1) few.delete(2);
    few.delete(id);
  }
  expect([met, few.size]).toEqual([[1, 3, 4], 0]);
});
