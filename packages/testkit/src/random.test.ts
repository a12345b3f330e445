import { expect, test } from "vitest";
import { Random } from "./random.ts";

const draws = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uint32());

test("the same seed gives the same sequence", () => {
  expect(draws(new Random(42), 100)).toEqual(draws(new Random(42), 100));
});

test("the sequence of a seed never changes between versions", () => {
  expect(draws(new Random(1), 4)).toMatchInlineSnapshot(`
    [
      3075934072,
      1467328089,
      757612872,
      2166035498,
    ]
  `);
});

test("neighbouring, negative and large seeds give unrelated sequences", () => {
  const firsts = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, 2 ** 40].map((seed) => draws(new Random(seed), 2).join());
  expect(new Set(firsts).size).toBe(firsts.length);
  const bits = Array.from({ length: 4000 }, (_, seed) => new Random(seed).chance(0.5)).filter(Boolean).length;
  expect(bits).toBeGreaterThan(1850);
  expect(bits).toBeLessThan(2150);
});

test("refuses a seed that is not an integer", () => {
  expect(() => new Random(Number.NaN)).toThrow(/safe integer/);
  expect(() => new Random(0.5)).toThrow(/safe integer/);
});

test("int reaches both ends and stays between them", () => {
  const random = new Random(7);
  const seen = new Set(Array.from({ length: 200 }, () => random.int(-1, 2)));
  expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  expect(random.int(5, 5)).toBe(5);
  expect(() => random.int(2, 1)).toThrow(/ascending/);
});

test("chance is never at 0, always at 1 and about right between", () => {
  const random = new Random(3);
  const hits = (probability: number): number =>
    Array.from({ length: 5000 }, () => random.chance(probability)).filter(Boolean).length;
  expect(hits(0)).toBe(0);
  expect(hits(1)).toBe(5000);
  expect(Math.abs(hits(0.1) - 500)).toBeLessThan(100);
});

test("every draw costs one step, so a changed probability shifts nothing", () => {
  const [low, high] = [new Random(9), new Random(9)];
  low.chance(0);
  high.chance(1);
  low.int(0, 1);
  high.int(0, 1000);
  low.exponential(1);
  high.pick(["a", "b", "c"]);
  expect(low.uint32()).toBe(high.uint32());
});

test("exponential has the mean it was asked for", () => {
  const random = new Random(11);
  const sum = Array.from({ length: 20_000 }, () => random.exponential(50)).reduce((a, b) => a + b, 0);
  expect(sum / 20_000).toBeGreaterThan(48);
  expect(sum / 20_000).toBeLessThan(52);
});

test("a fork is independent of what its parent draws later", () => {
  const [one, two] = [new Random(5), new Random(5)];
  const [forkOfOne, forkOfTwo] = [one.fork(), two.fork()];
  draws(one, 10);
  expect(draws(forkOfOne, 10)).toEqual(draws(forkOfTwo, 10));
  expect(new Random(5).uint32()).not.toBe(new Random(5).fork().uint32());
});

test("pick refuses an empty list", () => {
  expect(() => new Random(1).pick([])).toThrow(/at least one/);
});
