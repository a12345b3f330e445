// Each of the client's verdicts, and what a visitor reads at a glance.

import { describe, expect, it } from "vitest";
import { outcomeOf } from "./outcome.ts";

const attempt = (verdict: string, endedMs?: number) => ({
  transport: "websocket",
  atMs: 0,
  endedMs,
  roundTripMs: undefined,
  verdict,
});

describe("outcome", () => {
  it("tells what lives by whether it serves", () => {
    expect(outcomeOf(attempt("serves"))).toEqual({ tone: "good", word: "serves" });
    expect(outcomeOf(attempt("not answered yet"))).toEqual({ tone: "wait", word: "dialling" });
  });

  it.each([
    ["closed with code 1006", "refused"],
    ["HTTP 502: full", "refused"],
    ["TypeError: Failed to fetch", "failed"],
    ["served for 502 ms; response ended", "broke"],
    ["served for 310 ms; closed with code 1006", "broke"],
    ["the dial was not answered in time", "silent"],
    ["no move or pong proved the connection in time", "silent"],
    ["served for 2000 ms; what was sent was not confirmed in time", "silent"],
    ["served for 2000 ms; nothing was heard for ping interval and timeout", "silent"],
    ["answer is text/html; charset=utf-8, not text/plain", "intercepted"],
  ])("blames the way for %s", (verdict, word) => {
    expect(outcomeOf(attempt(verdict, 100))).toEqual({ tone: "bad", word });
  });

  it("blames nobody for what another took over from", () => {
    const sentence = "the session moved to another connection";
    expect(outcomeOf(attempt(sentence, 100))).toEqual({ tone: "past", word: "not needed" });
    expect(outcomeOf(attempt(`served for 9 ms; ${sentence}`, 100))).toEqual({ tone: "past", word: "replaced" });
  });
});
