// Each end that a dial may have, and what a visitor reads at a glance.

import type { Attempt } from "@wireway/client";
import { describe, expect, it } from "vitest";
import { outcomeOf } from "./outcome.ts";

const living: Attempt = {
  transport: "websocket",
  atMs: 0,
  roundTripMs: undefined,
  endedMs: undefined,
  reason: undefined,
  code: undefined,
  verdict: "not answered yet",
};

describe("outcome", () => {
  it("tells what lives by whether it serves", () => {
    expect(outcomeOf({ ...living, roundTripMs: 9, verdict: "serves" })).toEqual({ tone: "good", word: "serves" });
    expect(outcomeOf(living)).toEqual({ tone: "wait", word: "dialling" });
  });

  it.each([
    ["lost", 1006, "closed with code 1006", "refused"],
    ["lost", 502, "HTTP 502: full", "refused"],
    ["lost", undefined, "TypeError: Failed to fetch", "failed"],
    ["lost", undefined, "served for 502 ms; response ended", "broke"],
    ["lost", 1006, "served for 310 ms; closed with code 1006", "broke"],
    ["unanswered", undefined, "…", "silent"],
    ["unproven", undefined, "…", "silent"],
    ["stalled", undefined, "served for 2000 ms; …", "silent"],
    ["silent", undefined, "served for 2000 ms; …", "silent"],
    ["lost", 200, "answer is text/html; charset=utf-8, not text/plain", "intercepted"],
  ] as const)("blames the way for %s with code %s: %s", (reason, code, verdict, word) => {
    expect(outcomeOf({ ...living, endedMs: 100, reason, code, verdict })).toEqual({ tone: "bad", word });
  });

  it("blames nobody for what another took over from, or what was closed", () => {
    const ended = { ...living, endedMs: 100, verdict: "…" };
    const served = { ...ended, verdict: "served for 9 ms; …" };
    expect(outcomeOf({ ...ended, reason: "superseded" })).toEqual({ tone: "past", word: "not needed" });
    expect(outcomeOf({ ...served, reason: "superseded" })).toEqual({ tone: "past", word: "replaced" });
    expect(outcomeOf({ ...served, reason: "suspended" })).toEqual({ tone: "past", word: "closed" });
  });
});
