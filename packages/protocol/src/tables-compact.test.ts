import { expect, test } from "vitest";
import type { CloseReason } from "./close-codes.ts";
import { closeCodes } from "./close-table.ts";
import { errors } from "./error-table.ts";
import type { ErrorCode } from "./errors.ts";
import * as full from "./tables.ts";
import * as compact from "./tables-compact.ts";

test("says everything that the tables say", () => {
  expect(Object.keys(compact).sort()).toEqual(Object.keys(full).sort());
});

test.each(Object.keys(errors) as ErrorCode[])("%s has the fault of its row, and a message with its code", (code) => {
  expect(compact.faultOf(code)).toBe(full.faultOf(code));
  expect(compact.sentenceOf(code, {})).toContain(code);
});

test("a message names the values and limits, and never an application's data", () => {
  const details = { size: 70_000, limit: 65_536, data: "s3cret" };
  expect(compact.sentenceOf("message_too_large", details)).toBe('message_too_large {"size":70000,"limit":65536}');
});

test.each(Object.keys(closeCodes) as CloseReason[])("%s has the code and the next step of its row", (reason) => {
  expect(compact.closeCode(reason)).toBe(full.closeCode(reason));
  expect(compact.nextStep(reason)).toBe(full.nextStep(reason));
});

test("every close code has the reason that its row has, and no other", () => {
  for (let code = 0; code < 6_000; code++) expect(compact.closeReason(code), String(code)).toBe(full.closeReason(code));
  for (const code of [-1, Number.NaN, 3_000.5, 4_000.5]) expect(compact.closeReason(code)).toBe(full.closeReason(code));
});
