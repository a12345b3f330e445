import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, it } from "vitest";
import { OpenResponses } from "./open-responses.ts";

function scene(): { told: string[]; responses: OpenResponses; open: (name: string) => ServerResponse } {
  const told: string[] = [];
  const responses = new OpenResponses(() => told.push(`left ${responses.size}`));
  const open = (name: string): ServerResponse => {
    const response = Object.assign(new EventEmitter(), { destroy: () => told.push(`destroyed ${name}`) });
    responses.add(response as unknown as ServerResponse, { over: () => told.push(`over ${name}`) });
    return response as unknown as ServerResponse;
  };
  return { told, responses, open };
}

it("tells each owner once that its response is over, in whatever order they end", () => {
  const { told, responses, open } = scene();
  const [a, b, c] = [open("a"), open("b"), open("c")];
  expect(responses.size).toBe(3);
  for (const one of [a, c, b]) one.emit("close");
  expect(told).toEqual(["over a", "left 2", "over c", "left 1", "over b", "left 0"]);
});

it("destroys those that are left, and no other", () => {
  const { told, responses, open } = scene();
  const [, b] = [open("a"), open("b"), open("c"), open("d")];
  b?.emit("close");
  told.length = 0;
  responses.destroy();
  expect(told.sort()).toEqual(["destroyed a", "destroyed c", "destroyed d"]);
});

it("does not take the place of another when a response ends twice", () => {
  const { responses, open } = scene();
  const [a] = [open("a"), open("b"), open("c")];
  a?.emit("close");
  a?.emit("close");
  expect(responses.size).toBe(2);
});
