import { expect, test } from "vitest";
import { PathLimits } from "./path-limits.ts";

test("knows no limits at first", () => {
  const limits = new PathLimits();
  expect(limits.pingIntervalMs(0)).toBeUndefined();
  expect(limits.bodyBytes(0)).toBe(65_536);
  expect(limits.learnt(0)).toBeUndefined();
});

test("takes one cut for chance, and a second one after the same quiet for a limit", () => {
  const limits = new PathLimits();
  expect(limits.cut(5_000, 5_000)).toBe(true);
  expect(limits.pingIntervalMs(5_000)).toBeUndefined();
  expect(limits.cut(4_800, 10_000)).toBe(true);
  expect(limits.pingIntervalMs(10_000)).toBe(2_880);
});

test("learns nothing from cuts after different times of quiet", () => {
  const limits = new PathLimits();
  for (const quietMs of [3_000, 9_000, 4_000, 14_000]) limits.cut(quietMs, 0);
  expect(limits.learnt(0)).toBeUndefined();
});

test("learns the limits of transports that take turns", () => {
  const limits = new PathLimits();
  limits.cut(3_300, 0, "streaming");
  limits.cut(5_300, 0, "polling");
  expect(limits.pingIntervalMs(0)).toBeUndefined();
  limits.cut(3_300, 0, "streaming");
  expect(limits.pingIntervalMs(0)).toBe(1_980);
});

test("learns nothing from cuts of connections that were busy", () => {
  const limits = new PathLimits();
  for (let cut = 0; cut < 5; cut++) expect(limits.cut(2_900, 0)).toBe(false);
  expect(limits.learnt(0)).toBeUndefined();
});

test("lowers its wish at once when it was not enough, and never raises it", () => {
  const limits = new PathLimits();
  limits.recall({ pingIntervalMs: 9_000 }, 0);
  limits.cut(8_000, 0);
  expect(limits.pingIntervalMs(0)).toBe(4_800);
  limits.cut(4_000, 0);
  expect(limits.pingIntervalMs(0)).toBe(2_400);
  limits.cut(8_000, 0);
  limits.cut(8_000, 0);
  expect(limits.pingIntervalMs(0)).toBe(2_400);
});

test("halves bodies that are refused, down to a single message", () => {
  const limits = new PathLimits();
  limits.refused(60_000, 0);
  expect(limits.bodyBytes(0)).toBe(30_000);
  for (let time = 0; time < 20; time++) limits.refused(limits.bodyBytes(0), 0);
  expect(limits.bodyBytes(0)).toBe(1);
});

test("forgets after half an hour", () => {
  const limits = new PathLimits();
  limits.refused(1_000, 0);
  limits.recall({ pingIntervalMs: 2_000, bodyBytes: 500 }, 0);
  expect(limits.learnt(1_799_999)).toEqual({ pingIntervalMs: 2_000, bodyBytes: 500 });
  expect(limits.learnt(1_800_000)).toBeUndefined();
});

test("recalls what it learnt, within sense", () => {
  const limits = new PathLimits();
  limits.recall({ pingIntervalMs: 1, bodyBytes: 0 }, 0);
  expect(limits.learnt(0)).toEqual({ pingIntervalMs: 1_000, bodyBytes: 1 });
  limits.recall({ bodyBytes: 1e9 }, 0);
  expect(limits.bodyBytes(0)).toBe(65_536);
});

test("recalls nothing of what is no number", () => {
  const limits = new PathLimits();
  limits.recall({ pingIntervalMs: "1000", bodyBytes: 1_000.5 }, 0);
  limits.recall({ pingIntervalMs: null, bodyBytes: -1 }, 0);
  expect(limits.learnt(0)).toBeUndefined();
});
