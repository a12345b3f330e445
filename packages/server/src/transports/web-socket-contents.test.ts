import { createMessage } from "@wireway/protocol";
import { expect, it } from "vitest";
import { contentsOf } from "./web-socket-contents.ts";

const first = createMessage('2["first"]');
const second = createMessage('2["second"]');
const block = createMessage(new Uint8Array([1, 2, 3]));

const data = (...packets: Parameters<typeof contentsOf>[0]): unknown[] => contentsOf(packets).map((one) => one.data);

it("puts the same run of messages together once", () => {
  const contents = contentsOf([first, second]);
  expect(contentsOf([first, second])).toBe(contents);
  expect(contents.map((one) => one.data)).toEqual(['42["first"]\x1e42["second"]']);
});

it("takes no run for another that begins or ends alike", () => {
  expect(data(first)).toEqual(['42["first"]']);
  expect(data(first, second)).toEqual(['42["first"]\x1e42["second"]']);
  expect(data(first)).toEqual(['42["first"]']);
  expect(data(second)).toEqual(['42["second"]']);
  expect(data(first, second)).toEqual(['42["first"]\x1e42["second"]']);
  expect(data(first, first)).toEqual(['42["first"]\x1e42["first"]']);
  expect(data(second, second)).toEqual(['42["second"]\x1e42["second"]']);
  expect(data(first, second)).toEqual(['42["first"]\x1e42["second"]']);
});

it("lets a binary message stand alone, where it stood", () => {
  expect(data(first, block, second)).toEqual(['42["first"]', block.data, '42["second"]']);
});
