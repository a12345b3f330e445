import { expect, test } from "vitest";
import { thrown } from "../test/arbitraries.ts";
import { TestClock } from "../test/test-clock.ts";
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

test("two that share a socket never give the same id", () => {
  const [even, odd] = [new Acknowledgements(0, 2), new Acknowledgements(1, 2)];
  const ids = [1, 2, 3].flatMap(() => [even.expect(() => undefined), odd.expect(() => undefined)]);
  expect(ids).toEqual([0, 1, 2, 3, 4, 5]);
});

test("an answer that does not come in time fails, once, and a late one is ignored", () => {
  const clock = new TestClock();
  const { acknowledgements, settled } = scene();
  const settle = (error: WirewayError | undefined): unknown => settled.push([error?.code, error?.details.limit]);
  const id = acknowledgements.expect(settle, { timeoutMs: 100 }, clock);
  clock.advance(99);
  expect(settled).toEqual([]);
  clock.advance(1);
  acknowledgements.answered(id, []);
  expect(settled).toEqual([["timed_out", 100]]);
  expect(acknowledgements.size).toBe(0);
});

test("an answer in time stops the clock", () => {
  const clock = new TestClock();
  const { acknowledgements, settled } = scene();
  const id = acknowledgements.expect((error) => settled.push(error?.code ?? "answered"), { timeoutMs: 100 }, clock);
  acknowledgements.answered(id, []);
  clock.advance(1_000);
  expect(settled).toEqual(["answered"]);
});

test("an aborted signal fails the emit that waits, and listens no longer", () => {
  const { acknowledgements, settled } = scene();
  const abort = new AbortController();
  acknowledgements.expect((error) => settled.push(error?.code ?? "answered"), { signal: abort.signal });
  const id = acknowledgements.expect((error) => settled.push(error?.code ?? "answered"), { signal: abort.signal });
  acknowledgements.answered(id, []);
  abort.abort();
  expect(settled).toEqual(["answered", "aborted"]);
  expect(thrown(() => acknowledgements.expect(() => undefined, { signal: abort.signal })).code).toBe("aborted");
  expect(acknowledgements.size).toBe(0);
});
