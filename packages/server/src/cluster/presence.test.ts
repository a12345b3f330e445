import { FakeClock } from "@wireway/testkit";
import { expect, it } from "vitest";
import { Presence } from "./presence.ts";

function present(): { clock: FakeClock; presence: Presence; lost: string[]; beats: number[] } {
  const clock = new FakeClock();
  const lost: string[] = [];
  const beats: number[] = [];
  const presence = new Presence({
    clock,
    heartbeatMs: 1_000,
    beat: () => beats.push(clock.now()),
    lost: (id) => lost.push(id),
  });
  return { clock, presence, lost, beats };
}

it("says that it lives as often as it should", () => {
  const { clock, presence, beats } = present();
  const start = clock.now();
  presence.start();
  clock.advance(3_500);
  expect(beats).toEqual([start + 1_000, start + 2_000, start + 3_000]);
  presence.stop();
  clock.advance(5_000);
  expect(beats.length).toBe(3);
});

it("takes one that is silent for three beats for gone, and knows it again when it speaks", () => {
  const { clock, presence, lost } = present();
  presence.start();
  presence.heard("a");
  presence.heard("b");
  clock.advance(2_500);
  presence.heard("b");
  clock.advance(2_000);
  expect([presence.others, lost]).toEqual([["b"], ["a"]]);
  presence.heard("a");
  expect(presence.size).toBe(2);
});

it("takes nobody for gone that it could not hear while it stood still itself", () => {
  const { clock, presence, lost } = present();
  presence.start();
  presence.heard("a");
  clock.advance(500);
  clock.jump(60_000);
  expect(lost).toEqual([]);
  clock.advance(1_500);
  expect(lost).toEqual([]);
  clock.advance(2_000);
  expect(lost).toEqual(["a"]);
});

it("tells once of one that leaves, and of all when it stops", () => {
  const { presence, lost } = present();
  presence.heard("a");
  presence.heard("b");
  presence.left("a");
  presence.left("a");
  presence.stop();
  expect(lost).toEqual(["a", "b"]);
});

it("knows of no more servers than there can be", () => {
  const { presence } = present();
  for (let number = 0; number < 5_000; number++) presence.heard(`${number}`);
  expect(presence.size).toBe(4_096);
});
