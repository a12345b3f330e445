import type { WirewayError } from "@wireway/protocol";
import { expect, it, vi } from "vitest";
import { BroadcastAnswers } from "../broadcast-answers.ts";
import { Requests } from "./requests.ts";

function asked(
  requests: Requests,
  id: number,
  servers: readonly string[],
): { answers: BroadcastAnswers; settled: unknown[] } {
  const settled: unknown[] = [];
  const answers = new BroadcastAnswers(id, (error, given) => settled.push([error?.code, [...given]]));
  requests.begin(answers, servers);
  answers.complete();
  return { answers, settled };
}

it("is settled when each server has told all, or is gone", () => {
  const requests = new Requests(() => undefined);
  const { settled } = asked(requests, 1, ["a", "b", "c"]);
  requests.answered("a", 1, ["a1"], false);
  requests.answered("a", 1, ["a2"], true);
  requests.answered("a", 1, ["too late"], true);
  requests.answered("stranger", 1, ["no"], true);
  requests.answered("b", 2, ["for nothing"], true);
  requests.lost("b");
  expect(settled).toEqual([]);
  requests.answered("c", 1, [], true);
  expect(settled).toEqual([[undefined, ["a1", "a2"]]]);
  expect(requests.size).toBe(0);
});

it("needs nobody where there are no other servers", () => {
  const requests = new Requests(() => undefined);
  expect(asked(requests, 1, []).settled).toEqual([[undefined, []]]);
  expect(requests.size).toBe(0);
});

it("tells once of what nobody waits for any more, and keeps nothing of it", () => {
  const abandoned = vi.fn();
  const requests = new Requests(abandoned);
  const { answers, settled } = asked(requests, 1, ["a", "b"]);
  requests.answered("a", 1, ["a"], true);
  answers.fail({ code: "timed_out" } as WirewayError);
  requests.answered("b", 1, ["late"], true);
  expect(settled).toEqual([["timed_out", ["a"]]]);
  expect(abandoned.mock.calls).toEqual([[1]]);
  expect(requests.size).toBe(0);
});

it("fails all when it ends", () => {
  const requests = new Requests(() => undefined);
  const { settled } = asked(requests, 1, ["a"]);
  requests.end();
  expect(settled).toEqual([["closed", []]]);
});

it("asks no more than ten thousand questions at a time", () => {
  const requests = new Requests(() => undefined);
  for (let id = 0; id < 10_000; id++) asked(requests, id, ["a"]);
  expect(() => requests.checkRoom()).toThrow("more than 10000 questions to other servers wait for answers");
  requests.lost("a");
  requests.checkRoom();
  expect(requests.size).toBe(0);
});
