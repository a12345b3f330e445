import { expect, test } from "vitest";
import { thrown } from "../test/arbitraries.ts";
import { Acknowledgements, checkEvent, once, reservedEvents } from "./acknowledgements.ts";
import { WirewayError } from "./errors.ts";

function scene(): { acknowledgements: Acknowledgements; settled: unknown[]; expectOne: (name: string) => number } {
  const acknowledgements = new Acknowledgements();
  const settled: unknown[] = [];
  const expectOne = (name: string): number =>
    acknowledgements.expect((error, args) => settled.push([name, error?.code ?? "answered", ...args]));
  return { acknowledgements, settled, expectOne };
}

test("each answer reaches the emit that waits for it, in whatever order", () => {
  const { acknowledgements, settled, expectOne } = scene();
  const [a, b] = [expectOne("a"), expectOne("b")];
  acknowledgements.answered(b, [2]);
  acknowledgements.answered(a, [1, "x"]);
  expect(settled).toEqual([
    ["b", "answered", 2],
    ["a", "answered", 1, "x"],
  ]);
  expect(acknowledgements.size).toBe(0);
});

test("answers that come twice, late, or for what was never asked are ignored", () => {
  const { acknowledgements, settled, expectOne } = scene();
  const [a, b] = [expectOne("a"), expectOne("b")];
  acknowledgements.answered(a, []);
  acknowledgements.answered(a, []);
  acknowledgements.fail(b, new WirewayError("timed_out", { limit: 5 }));
  acknowledgements.answered(b, []);
  for (const id of [-1, 0.5, 99, 2 ** 53, Number.NaN]) acknowledgements.answered(id, []);
  expect(settled).toEqual([
    ["a", "answered"],
    ["b", "timed_out"],
  ]);
});

test("when no answer will come all are told, also those that ask anew meanwhile stay", () => {
  const { acknowledgements, settled, expectOne } = scene();
  acknowledgements.expect(() => expectOne("again"));
  expectOne("a");
  acknowledgements.failAll(new WirewayError("disconnected"));
  expect(settled).toEqual([["a", "disconnected"]]);
  expect(acknowledgements.size).toBe(1);
});

test("a handler answers once", () => {
  const answers: unknown[] = [];
  const answer = once((args) => answers.push(args));
  answer(1, 2);
  answer(3);
  expect(answers).toEqual([[1, 2]]);
});

test("an event's name is a string that sockets do not use themselves", () => {
  for (const name of ["", "news", "__proto__", "constructor", "newListener"]) expect(checkEvent(name)).toBe(name);
  for (const name of reservedEvents) expect(thrown(() => checkEvent(name)).code).toBe("reserved_event");
  for (const name of [1, null, undefined, {}, ["connect"], Symbol("x")])
    expect(thrown(() => checkEvent(name)).code).toBe("invalid_event");
});
