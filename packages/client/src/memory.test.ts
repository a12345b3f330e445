import { expect, test } from "vitest";
import { type KeyValueStorage, Memory } from "./memory.ts";

function shelf(): KeyValueStorage & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
  };
}

const server = "https://example.com/wireway/";
const learnt = { transport: "polling", holds: { streaming: 1 }, pingIntervalMs: 3_000, bodyBytes: 700 };

test("gives the next page what this one kept, for half an hour", () => {
  const storage = shelf();
  let now = 1_000_000;
  new Memory(storage, server, () => now).keep(learnt);
  now += 1_799_999;
  expect(new Memory(storage, server, () => now).recall()).toEqual(learnt);
  now += 1;
  expect(new Memory(storage, server, () => now).recall()).toEqual({});
});

test("keeps servers apart", () => {
  const storage = shelf();
  new Memory(storage, server, () => 0).keep(learnt);
  expect(new Memory(storage, "https://other.example/wireway/", () => 0).recall()).toEqual({});
});

test("writes nothing while there is nothing to say, and no more than once what is the same", () => {
  const storage = shelf();
  let writes = 0;
  const counted = { ...storage, setItem: () => void writes++ };
  const memory = new Memory(counted, server, () => 0);
  memory.keep({});
  expect(writes).toBe(0);
  memory.keep(learnt);
  memory.keep(learnt);
  expect(writes).toBe(1);
});

test("takes back what an earlier page kept, when it is no longer so", () => {
  const storage = shelf();
  new Memory(storage, server, () => 0).keep(learnt);
  const memory = new Memory(storage, server, () => 0);
  memory.recall();
  memory.keep({});
  expect(new Memory(storage, server, () => 0).recall()).toEqual({});
});

test.each([
  "",
  "no JSON",
  "null",
  "[]",
  "7",
  `{"untilMs":"soon","transport":"polling"}`,
  `{"untilMs":1e300,"transport":"polling"}`,
])("makes nothing of %j", (text) => {
  const storage = { getItem: () => text, setItem: () => undefined };
  expect(new Memory(storage, server, () => 0).recall()).toEqual({});
});

test("does without a storage, or with one that throws", () => {
  const broken: KeyValueStorage = {
    getItem: () => {
      throw new Error("forbidden");
    },
    setItem: () => {
      throw new Error("full");
    },
  };
  for (const storage of [undefined, broken]) {
    const memory = new Memory(storage, server, () => 0);
    memory.keep(learnt);
    expect(memory.recall()).toEqual({});
  }
});
