// The judge of the matrix has to be able to say no.

import { describe, expect, test } from "vitest";
import { isPerfect, judge } from "../matrix/judge.ts";

describe("the judge", () => {
  test("accepts what arrived once and in order", () => {
    expect(isPerfect(judge(3, [0, 1, 2]))).toBe(true);
    expect(judge(3, [0, 1, 2])).toEqual({ sent: 3, delivered: 3, lost: 0, doubled: 0, disordered: 0, invented: 0 });
  });

  test.each([
    ["what is lost", [0, 2], { lost: 1 }],
    ["what arrives twice", [0, 1, 1, 2], { doubled: 1 }],
    ["what arrives too late", [0, 2, 1], { disordered: 1 }],
    ["what nobody sent", [0, 1, 2, 3], { invented: 1 }],
    ["what is no message", [0, 1, 2, 0.5], { invented: 1 }],
  ])("finds %s", (_, received, fault) => {
    expect(judge(3, received)).toMatchObject(fault);
    expect(isPerfect(judge(3, received))).toBe(false);
  });
});
