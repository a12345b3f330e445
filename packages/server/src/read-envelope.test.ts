import { decodeEnvelope, WirewayError } from "@wireway/protocol";
import { expect, it } from "vitest";
import { defaultOptions } from "./options.ts";
import { readEnvelope } from "./read-envelope.ts";

const fronts = [
  "",
  "2",
  "20",
  "27",
  "2007",
  `2${"9".repeat(15)}`,
  `2${"9".repeat(16)}`,
  "2-1",
  "2.",
  "2 ",
  "2/a,",
  "2/a,7",
  "2/,",
  "3",
  "37",
  "0",
  "9",
];
const bodies = [
  "",
  '["a"]',
  '["a",{"b":[1,"é",null]}]',
  '["a",{"__proto__":1,"b":2}]',
  '["a",{"\\u005f_proto__":1}]',
  '["a","\\u0000"]',
  "[]",
  "[1]",
  '[["a"]]',
  '{"0":"a"}',
  '"a"',
  '["a"',
  '["a"] ',
  '["a"]]',
  '["a"],["b"]',
  "null",
];

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error instanceof WirewayError ? { code: error.code } : error;
  }
}

it.each(fronts)("a message that begins with %j says what the codec reads in it", (front) => {
  for (const body of bodies) {
    const text = front + body;
    expect(outcome(() => readEnvelope(text, defaultOptions))).toEqual(outcome(() => decodeEnvelope(text)));
  }
});
