import { expect, test } from "vitest";
import { quantile, spreadOf } from "./statistics.ts";

test("the median of an even number of values lies between the two in the middle", () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
  expect(spreadOf([9, 1, 2])).toEqual({ median: 2, least: 1, most: 9 });
});

test("of nothing there is no median", () => {
  expect(spreadOf([]).median).toBeNaN();
});

test("quantiles are values that occurred", () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect(quantile(values, 0.5)).toBe(51);
  expect(quantile(values, 0.99)).toBe(100);
  expect(quantile(values, 1)).toBe(100);
  expect(quantile([], 0.5)).toBe(0);
});
