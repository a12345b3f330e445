import { expect, test } from "vitest";
import { Holdback } from "./holdback.ts";
import { createMessage, messageOverheadBytes } from "./packet.ts";

const size = 10 + messageOverheadBytes;
const message = (text: string): ReturnType<typeof createMessage> => createMessage(text.padEnd(10));

function out(holdback: Holdback, room = Number.POSITIVE_INFINITY): string[] {
  const sent: string[] = [];
  holdback.release(
    () => sent.length < room,
    ({ data }) => sent.push(String(data).trim()),
  );
  return sent;
}

test("of each key and namespace only the newest waits, where it came last", () => {
  const holdback = new Holdback(1_000);
  holdback.replace("/", "a", message("a1"));
  holdback.replace("/", "b", message("b1"));
  holdback.replace("/x", "a", message("x1"));
  holdback.replace("/", "a", message("a2"));
  expect(holdback.bytes).toBe(3 * size);
  expect(out(holdback)).toEqual(["b1", "x1", "a2"]);
  expect([holdback.size, holdback.bytes]).toEqual([0, 0]);
});

test("of the volatile ones the oldest give way; keyed ones stay", () => {
  const holdback = new Holdback(2 * size);
  holdback.replace("/", "a", message("a1"));
  for (const text of ["v1", "v2", "v3", "v4"]) holdback.add("/", message(text));
  expect(out(holdback)).toEqual(["a1", "v3", "v4"]);
});

test("tells of what gave way, and of nothing else", () => {
  const dropped: string[] = [];
  const holdback = new Holdback(size, (namespace, { data }) => dropped.push(namespace + String(data).trim()));
  holdback.replace("/", "a", message("a1"));
  holdback.replace("/", "a", message("a2"));
  holdback.drop("/", "a");
  for (const text of ["v1", "v2"]) holdback.add("/x", message(text));
  holdback.forget("/x");
  holdback.replace("/", "b", message("b1"));
  out(holdback);
  expect(dropped).toEqual(["/a1", "/a2", "/xv1"]);
});

test("hands out no more than there is room for", () => {
  const holdback = new Holdback(1_000);
  for (const text of ["v1", "v2", "v3"]) holdback.add("/", message(text));
  expect(out(holdback, 2)).toEqual(["v1", "v2"]);
  expect(out(holdback)).toEqual(["v3"]);
});

test("forgets a namespace, and what was overtaken", () => {
  const holdback = new Holdback(1_000);
  holdback.replace("/", "a", message("a1"));
  holdback.add("/x", message("v1"));
  holdback.replace("/x", "a", message("x1"));
  holdback.drop("/", "a");
  holdback.drop("/", "b");
  expect(holdback.size).toBe(2);
  expect([holdback.holds("/x"), holdback.holds("/")]).toEqual([true, false]);
  expect(holdback.forget("/x").map(({ data }) => String(data).trim())).toEqual(["v1", "x1"]);
  expect([holdback.size, holdback.bytes]).toEqual([0, 0]);
});

test("counts right when whoever is told of what gave way puts another one there", () => {
  const holdback: Holdback = new Holdback(1_000, (namespace) => {
    holdback.replace(namespace, "a", message("again"));
  });
  holdback.replace("/", "a", message("a1"));
  holdback.replace("/", "a", message("a2"));
  expect([holdback.size, holdback.bytes]).toEqual([1, size]);
  expect(out(holdback)).toEqual(["a2"]);
  expect(holdback.bytes).toBe(0);
});
