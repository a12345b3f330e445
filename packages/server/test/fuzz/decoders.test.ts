// Thousands of spoilt inputs for each decoder, in a second or two. The seed is fixed; `npm run fuzz` goes further.

import { Random } from "@wireway/testkit";
import { expect, it } from "vitest";
import { decoderCases } from "./decoders.ts";

const seed = 20_261_121;
const cases = 8_000;

it.each(Object.entries(decoderCases))("%s is read, or refused as its sender's fault", (_name, run) => {
  for (let index = 0; index < cases; index++) {
    try {
      run(new Random(seed + index));
    } catch (error) {
      throw new Error(`seed ${seed + index}`, { cause: error });
    }
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});
