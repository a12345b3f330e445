import type { Schema } from "@wireway/protocol";
import { expect, it, vi } from "vitest";
import { Scene } from "../test/scene.ts";
import { contracts } from "./contracts.ts";

/** As small as a schema can be: text of at most so many characters, trimmed. */
function text(length: number): Schema<string> {
  const validate = (value: unknown) =>
    typeof value === "string" && value.length <= length
      ? { value: value.trim() }
      : { issues: [{ message: "no text" }] };
  return { "~standard": { version: 1, vendor: "test", validate } };
}

it("lets through what keeps to the contract, as its schemas give it, and tells the server of the rest", async () => {
  const scene = new Scene();
  const socket = scene.connect(["a"], {
    contract: contracts({ news: text(5), ask: { args: [text(5)], ack: text(5) } }),
  });
  const [heard, any] = [vi.fn(), vi.fn()];
  socket.on("news", heard);
  socket.on("ask", heard);
  socket.onAny(any);
  await scene.after(100);
  const say = (id: number | undefined, ...args: [string, ...unknown[]]): void =>
    scene.say({ type: "event", namespace: "/", args, ...(id !== undefined && { id }) });
  say(undefined, "news", " ok ");
  say(undefined, "news", 7);
  say(3, "ask", "much too long");
  say(undefined, "other");
  await scene.after(100);
  expect(heard.mock.calls).toEqual([["ok"]]);
  expect(any.mock.calls).toEqual([["news", "ok"]]);
  const wrong = { code: "invalid_arguments", message: "at 0", data: [{ path: [0], message: "no text" }] };
  expect(scene.heard.filter(({ type }) => type === "error")).toEqual([
    { type: "error", namespace: "/", data: { ...wrong, event: "news" } },
    { type: "error", namespace: "/", id: 3, data: { ...wrong, event: "ask" } },
    { type: "error", namespace: "/", data: { code: "unknown_event", event: "other" } },
  ]);
  expect(socket.connected).toBe(true);
});

it("goes on behind an event whose schema throws", async () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const failure = new Error("no issue but a throw");
  const validate = (value: unknown) => {
    if (value === 7) throw failure;
    return { value };
  };
  const scene = new Scene();
  const news: Schema = { "~standard": { version: 1, vendor: "test", validate } };
  const socket = scene.connect(["a"], { contract: contracts({ news }) });
  const heard = vi.fn();
  socket.on("news", heard);
  await scene.after(100);
  for (const value of [6, 7, 8]) scene.say({ type: "event", namespace: "/", args: ["news", value] });
  await scene.after(100);
  vi.unstubAllGlobals();
  expect(heard.mock.calls).toEqual([[6], [8]]);
  expect(reported.mock.calls).toEqual([[failure]]);
  expect(socket.connected).toBe(true);
});
