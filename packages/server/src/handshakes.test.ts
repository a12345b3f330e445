import { FakeClock } from "@wireway/testkit";
import { expect, it } from "vitest";
import { Handshakes } from "./handshakes.ts";

function scene(maxHandshakes = 2): { clock: FakeClock; ended: string[]; handshakes: Handshakes<string> } {
  const clock = new FakeClock();
  const ended: string[] = [];
  const handshakes = new Handshakes<string>({
    clock,
    maxHandshakes,
    quietMs: 5_000,
    end: (one) => {
      ended.push(one);
      handshakes.over(one);
    },
  });
  return { clock, ended, handshakes };
}

function begin(handshakes: Handshakes<string>, ...names: string[]): void {
  for (const name of names) {
    handshakes.checkRoom();
    handshakes.makeRoom();
    handshakes.begin(name);
  }
}

const full = expect.objectContaining({ code: "too_many_handshakes", status: 503, details: { limit: 2 } });

it("has room again when one was decided", () => {
  const { handshakes, ended } = scene();
  begin(handshakes, "a", "b");
  handshakes.ask("a");
  expect(() => handshakes.checkRoom()).toThrow(full);
  handshakes.over("a");
  begin(handshakes, "c");
  expect([handshakes.size, ended]).toEqual([2, []]);
});

it("lets a silent session give way, but not before it had its time", () => {
  const { clock, handshakes, ended } = scene();
  begin(handshakes, "a");
  clock.advance(1);
  begin(handshakes, "b");
  clock.advance(4_998);
  expect(() => handshakes.checkRoom()).toThrow(full);
  clock.advance(1);
  begin(handshakes, "c");
  expect(ended).toEqual(["a"]);
  expect(() => handshakes.checkRoom()).toThrow(full);
  clock.advance(1);
  begin(handshakes, "d");
  expect([handshakes.size, ended]).toEqual([2, ["a", "b"]]);
});

it("keeps a silent session while its place is not needed", () => {
  const { clock, handshakes, ended } = scene(3);
  begin(handshakes, "a", "b");
  clock.advance(60_000);
  begin(handshakes, "c");
  expect([handshakes.size, ended]).toEqual([3, []]);
});

it("never lets one give way that the application decides about", () => {
  const { clock, handshakes, ended } = scene();
  begin(handshakes, "a", "b");
  handshakes.ask("a");
  clock.advance(6_000);
  handshakes.ask("b");
  clock.advance(60_000);
  expect(() => handshakes.checkRoom()).toThrow(full);
  expect(ended).toEqual([]);
});

it("does not count what was decided once more", () => {
  const { handshakes } = scene();
  begin(handshakes, "a");
  handshakes.ask("a");
  handshakes.over("a");
  handshakes.ask("a");
  expect(handshakes.size).toBe(0);
});
