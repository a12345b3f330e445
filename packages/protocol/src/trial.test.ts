import { expect, test } from "vitest";
import { Scene, streaming } from "../test/client-scene.ts";
import { pong } from "../test/recorder.ts";
import { defaultTerms as terms } from "./terms.ts";

test("an answer that does not confirm what flew before it is trusted after a pong", () => {
  const scene = new Scene();
  scene.send("a", "b");
  const road = scene.dial("ws");
  scene.drain();
  scene.receive(road, scene.answer(1, { received: 1 }));
  expect(scene.session.settledOn).toBeUndefined();
  expect(scene.drain()).toEqual(["ws: open(received=0 epoch=1 first=3), ping 0", "changed"]);
  scene.now = 30;
  scene.receive(road, pong(2));
  expect(scene.session.settledOn).toBe(road);
  expect(road.roundTripMs).toBe(30);
  expect(scene.drain()).toEqual(["changed"]);
});

test("the first words behind an answer ask for a round trip, once; nobody is told when it comes back in time", () => {
  const scene = new Scene();
  const road = scene.dial("ws");
  scene.receive(road, scene.answer(1));
  scene.drain();
  scene.send("a");
  expect(scene.drain()).toEqual(["ws: ping 0, a"]);
  scene.send("b");
  expect(scene.drain()).toEqual(["ws: b"]);
  scene.pass(249);
  scene.receive(road, pong(2));
  expect(scene.pass(10_000).filter((step) => step.endsWith("changed"))).toEqual([]);
  expect(scene.session.settledOn).toBe(road);
});

test("a road that does not show that round trip in time is proven no more, and is again when it does", () => {
  const scene = new Scene();
  const road = scene.dial("ws");
  scene.now = 200;
  scene.receive(road, scene.answer(1));
  scene.drain();
  scene.send("a");
  scene.drain();
  // Two of the round trips that it took to answer.
  expect(scene.pass(399)).toEqual([]);
  expect(scene.pass(1)).toEqual(["600 changed"]);
  expect(scene.session.settledOn).toBeUndefined();
  expect(scene.session.current).toBe(road);
  scene.receive(road, pong(1));
  expect(scene.drain()).toEqual(["changed"]);
  expect(scene.session.settledOn).toBe(road);
});

test("who only listens asks for that round trip too", () => {
  const scene = new Scene();
  const road = scene.dial("ws");
  scene.receive(road, scene.answer(1));
  scene.drain();
  expect(scene.pass(2 * terms.confirmDelayMs + 250)).toEqual(["2000 ws: ping 0", "2250 changed"]);
});

test("a wake-up in that time is what decides, as a late timer tells nothing of the road", () => {
  const scene = new Scene();
  const road = scene.dial("ws");
  scene.receive(road, scene.answer(1));
  scene.drain();
  scene.send("a");
  scene.drain();
  scene.now = 60_000;
  scene.session.wake(scene.now);
  scene.session.advance(scene.now);
  expect(scene.drain()).toEqual(["ws: ping 0"]);
  expect(scene.session.settledOn).toBe(road);
});

test("an answer over exchanges proves nothing", () => {
  const scene = new Scene();
  const road = scene.dial("http", streaming);
  scene.drain();
  scene.receive(road, scene.answer(1));
  expect(scene.session.current).toBe(road);
  expect(scene.session.settledOn).toBeUndefined();
});
