import { expect, it } from "vitest";
import { Preference } from "./preference.ts";

const order = ["websocket", "streaming", "polling"];

it("keeps the user's order while nothing speaks against it", () => {
  expect(new Preference(order).ranked(0)).toEqual(order);
});

it("puts a transport that left a dial unanswered behind the others for 15 seconds", () => {
  const preference = new Preference(order);
  preference.unanswered("websocket", 1_000);
  expect(preference.ranked(15_999)).toEqual(["streaming", "polling", "websocket"]);
  expect(preference.ranked(16_000)).toEqual(order);
});

it.each([
  [7, "x"],
  [null, null],
  [{}, [1, 2]],
  ["toString", { websocket: "1", streaming: 3, polling: -1 }],
  [undefined, undefined],
])("recalls nothing of %j and %j", (transport, holds) => {
  const preference = new Preference(order);
  preference.recall(transport, holds, 0);
  expect([preference.ranked(0), preference.holds]).toEqual([order, {}]);
});

it("doubles the pause with each strike and never beyond five minutes", () => {
  const preference = new Preference(order);
  const paused = (now: number, afterMs: number): boolean => preference.score("websocket", now + afterMs) >= 10;
  let now = 0;
  for (const pauseMs of [15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000]) {
    preference.strike("websocket", now);
    expect(paused(now, pauseMs - 1)).toBe(true);
    expect(paused(now, pauseMs)).toBe(false);
    now += pauseMs;
  }
});

it("forgets strikes of a transport that held", () => {
  const preference = new Preference(order);
  preference.strike("websocket", 0);
  preference.lasted("websocket");
  expect(preference.score("websocket", 1)).toBe(0);
});

it("takes strikes back when nothing at all got through afterwards", () => {
  const preference = new Preference(order);
  preference.strike("websocket", 0);
  preference.reached();
  preference.strike("websocket", 100);
  preference.strike("streaming", 200);
  preference.unreachable();
  expect(preference.score("websocket", 201)).toBe(10);
  expect(preference.score("streaming", 201)).toBe(1);
});
