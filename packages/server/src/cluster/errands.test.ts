import { FakeClock } from "@wireway/testkit";
import { expect, it, vi } from "vitest";
import { patienceMs } from "../../test/patience.ts";
import type { Asked, BroadcastAnswers } from "../broadcast-answers.ts";
import { Errands } from "./errands.ts";

/** One of this server's sockets. */
function socket(): Asked & { readonly forgotten: number[] } {
  const forgotten: number[] = [];
  return { forgotten, forget: (id) => void forgotten.push(id) };
}

function running(): {
  clock: FakeClock;
  errands: Errands;
  said: unknown[];
  begin: (from: string, id: number, limitMs: number | undefined, asked: readonly Asked[]) => BroadcastAnswers;
} {
  const clock = new FakeClock();
  const said: unknown[] = [];
  const errands = new Errands({ clock, answer: (to, id, answers, done) => said.push([to, id, [...answers], done]) });
  const begin = (from: string, id: number, limitMs: number | undefined, asked: readonly Asked[]): BroadcastAnswers => {
    let begun: BroadcastAnswers | undefined;
    errands.begin(from, id, limitMs, (answers) => {
      begun = answers;
      for (const one of asked) answers.expect(one);
    });
    return begun as BroadcastAnswers;
  };
  return { clock, errands, said, begin };
}

it("passes answers on that come together in one message, and says when all are there", async () => {
  const { errands, said, begin } = running();
  const [a, b, c] = [socket(), socket(), socket()];
  const answers = begin("x", 1, undefined, [a, b, c]);
  for (const one of [a, b]) {
    answers.add(one, ["yes"]);
    answers.over(one);
  }
  await vi.waitUntil(() => said.length > 0, patienceMs);
  answers.add(c, ["late"]);
  answers.over(c);
  expect(said).toEqual([
    ["x", 1, ["yes", "yes"], false],
    ["x", 1, ["late"], true],
  ]);
  expect(errands.size).toBe(0);
});

it("says at once that nobody is asked", () => {
  const { said, begin } = running();
  begin("x", 1, undefined, []);
  expect(said).toEqual([["x", 1, [], true]]);
});

it("stops at the time limit, with what came until then", () => {
  const { clock, errands, said, begin } = running();
  const [a, b] = [socket(), socket()];
  const answers = begin("x", 1, 500, [a, b]);
  answers.add(a, ["a"]);
  answers.over(a);
  clock.advance(501);
  expect(said).toEqual([["x", 1, ["a"], true]]);
  expect([errands.size, b.forgotten]).toEqual([0, [1]]);
});

it("forgets what nobody waits for any more", () => {
  const { errands, said, begin } = running();
  const [a, b, c] = [socket(), socket(), socket()];
  begin("x", 1, undefined, [a]);
  begin("x", 3, undefined, [b]);
  begin("y", 3, undefined, [c]);
  errands.forget("x", 1);
  errands.forget("z", 3);
  expect([errands.size, a.forgotten, b.forgotten, c.forgotten]).toEqual([2, [1], [], []]);
  expect(said).toEqual([]);
});

it("does nothing more for a server that is gone, and says so, as it may only have stood still", () => {
  const { errands, said, begin } = running();
  const [a, b, c] = [socket(), socket(), socket()];
  const answers = begin("x", 1, undefined, [a, b]);
  begin("y", 1, undefined, [c]);
  answers.add(a, ["a"]);
  answers.over(a);
  errands.lost("x");
  expect([errands.size, b.forgotten, c.forgotten]).toEqual([1, [1], []]);
  expect(said).toEqual([["x", 1, ["a"], true]]);
});
