import { expect, it } from "vitest";
import { Listeners } from "./listeners.ts";

it("tells what became of each call, and waits for the last", async () => {
  const listeners = new Listeners();
  const told: unknown[] = [];
  listeners.on("n", () => 1);
  listeners.on("n", async () => 2);
  listeners.on("n", () => {
    throw new Error("three");
  });
  listeners.on("n", () => Promise.reject(new Error("four")));
  const returned = (result: unknown): void => void told.push(result);
  await listeners.call("n", [], { returned, failed: returned });
  expect(told).toEqual([1, new Error("three"), 2, new Error("four")]);
});

it("has nothing to wait for when no handler is asynchronous", () => {
  const listeners = new Listeners();
  listeners.on("n", () => 1);
  expect(listeners.call("n", [], { failed: () => undefined })).toBeUndefined();
  expect(listeners.call("nobody listens", [], { failed: () => undefined })).toBeUndefined();
});

it("calls a listener no more that was undone, and one that wanted one call only once", () => {
  const listeners = new Listeners();
  const calls: string[] = [];
  const undo = listeners.on("n", () => void calls.push("on"));
  const undoOnce = listeners.once("n", () => void calls.push("never"));
  listeners.once("n", () => void calls.push("once"));
  undoOnce();
  void listeners.call("n", [], { failed: () => undefined });
  undo();
  void listeners.call("n", [], { failed: () => undefined });
  expect(calls).toEqual(["on", "once"]);
  expect(listeners.has("n")).toBe(false);
});

it("keeps __proto__ an ordinary name", () => {
  const listeners = new Listeners();
  expect(listeners.has("__proto__")).toBe(false);
  expect(listeners.call("constructor", [], { failed: () => undefined })).toBeUndefined();
  listeners.on("__proto__", () => undefined);
  expect(listeners.has("__proto__")).toBe(true);
});

it("stops listening when the signal is aborted, and does not begin behind one that is", () => {
  const listeners = new Listeners();
  const abort = new AbortController();
  const calls: string[] = [];
  listeners.on("n", () => void calls.push("on"), { signal: abort.signal });
  listeners.once("n", () => void calls.push("once"), { signal: abort.signal });
  void listeners.call("n", [], { failed: () => undefined });
  abort.abort();
  listeners.on("n", () => void calls.push("late"), { signal: abort.signal });
  void listeners.call("n", [], { failed: () => undefined });
  expect(calls).toEqual(["on", "once"]);
  expect(listeners.has("n")).toBe(false);
});

it("takes off all listeners of an event, and all of all events", () => {
  const listeners = new Listeners();
  for (const event of ["a", "b"]) listeners.on(event, () => undefined);
  listeners.off("a");
  expect([listeners.has("a"), listeners.has("b")]).toEqual([false, true]);
  listeners.off();
  expect(listeners.has("b")).toBe(false);
});
