import { expect, test } from "vitest";
import { type CloseReason, closeReason, ending } from "./close-codes.ts";
import { closeCodes } from "./close-table.ts";

const rows = Object.entries(closeCodes) as [CloseReason, (typeof closeCodes)[CloseReason]][];

test("every code is one of a library's own, and names one reason", () => {
  const codes = rows.map(([, { code }]) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code >= 3000 && code <= 3999).toBe(true);
  for (const [reason, { code }] of rows) expect(closeReason(code)).toBe(reason);
});

test("a session's endings stand below 3100, and a session never resumes after its own end", () => {
  for (const [reason, { code, next }] of rows) expect(next === "resume", reason).toBe(code >= 3100);
});

test("every sentence is one, in lower case, short enough for a close frame", () => {
  for (const [reason, { sentence }] of rows) {
    expect(sentence, reason).toMatch(/^[a-z].*[^.]$/);
    expect(Buffer.byteLength(sentence), reason).toBeLessThanOrEqual(123);
  }
  expect(new Set(rows.map(([, { sentence }]) => sentence)).size).toBe(rows.length);
});

test("an application's code closes, any other is an error", () => {
  for (const code of [4000, 4321, 4999]) expect(closeReason(code)).toBe("closed");
  for (const code of [-1, 0, 999, 1000, 1005, 1006, 2999, 3099, 3999, 5000, Number.NaN, 4000.5 + 1_000]) {
    expect(closeReason(code), String(code)).toBe("protocol_error");
  }
});

test("an ending has the table's sentence unless there are words", () => {
  expect(ending("silent", "local")).toEqual({
    reason: "silent",
    code: 3101,
    message: closeCodes.silent.sentence,
    by: "local",
  });
  expect(ending("closed", "remote", "bye").message).toBe("bye");
  expect(ending("closed", "remote", "").message).toBe(closeCodes.closed.sentence);
});
