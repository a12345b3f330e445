import { expect, test } from "vitest";
import { EventIterator, type EventsOptions } from "./event-iterator.ts";

function scene(options: EventsOptions = {}): { iterator: EventIterator<[number]>; stops: number[] } {
  const stops: number[] = [];
  const iterator = new EventIterator<[number]>("tick", options, () => () => stops.push(1));
  return { iterator, stops };
}

async function rest(iterator: EventIterator<[number]>): Promise<number[]> {
  const values: number[] = [];
  for await (const [value] of iterator) values.push(value);
  return values;
}

test("events that came before the loop are not missed, and those behind the end of the source are handed out", async () => {
  const { iterator, stops } = scene();
  iterator.push([1]);
  iterator.push([2]);
  iterator.end();
  expect(await rest(iterator)).toEqual([1, 2]);
  expect(stops).toEqual([1]);
});

test("a loop that waits gets what comes, in order", async () => {
  const { iterator } = scene();
  const [first, second] = [iterator.next(), iterator.next()];
  iterator.push([1]);
  iterator.push([2]);
  expect([await first, await second]).toEqual([
    { done: false, value: [1] },
    { done: false, value: [2] },
  ]);
});

test("leaving the loop stops listening", async () => {
  const { iterator, stops } = scene();
  iterator.push([1]);
  iterator.push([2]);
  for await (const [value] of iterator) {
    expect(value).toBe(1);
    break;
  }
  expect(stops).toEqual([1]);
  expect(await rest(iterator)).toEqual([]);
});

test("an aborted signal ends the loop, also one that was aborted before", async () => {
  const abort = new AbortController();
  const { iterator, stops } = scene({ signal: abort.signal });
  const next = iterator.next();
  abort.abort();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(stops).toEqual([1]);
  const late = scene({ signal: abort.signal });
  expect(await rest(late.iterator)).toEqual([]);
  expect(late.stops).toEqual([]);
});

test("a loop that is too slow is told so instead of filling the memory", async () => {
  const { iterator, stops } = scene({ maxWaiting: 2 });
  for (const value of [1, 2, 3]) iterator.push([value]);
  await expect(iterator.next()).rejects.toMatchObject({
    code: "too_many_waiting",
    details: { name: "tick", limit: 2 },
  });
  expect(stops).toEqual([1]);
  expect(await rest(iterator)).toEqual([]);
});
