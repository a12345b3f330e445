import { expect, test } from "vitest";
import { decodePacket } from "./codec.ts";
import { decodeEnvelope } from "./envelope.ts";
import type { ErrorDetails } from "./error-kind.ts";
import { errors } from "./error-table.ts";
import { type ErrorCode, WirewayError } from "./errors.ts";
import { decodePayload } from "./framing/payload.ts";
import { readClientOpen, readCount, readServerOpen } from "./open.ts";
import { requestErrors } from "./request-errors.ts";

const kinds = { ...errors, ...requestErrors };
const codes = Object.keys(kinds) as ErrorCode[];

function raised(code: ErrorCode, details: ErrorDetails): WirewayError {
  return new WirewayError(code, details);
}

test.each(codes)("%s has a sentence in lower case and a status that fits its fault", (code) => {
  const error = raised(code, { size: 12, limit: 10, name: "name", why: "why" });
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe("WirewayError");
  expect(error.message).toMatch(/^[a-z].*[^.]$/);
  expect(error.message).not.toContain("undefined");
  expect(error.fault).toBe(kinds[code].fault);
  expect(error.status).toBeGreaterThanOrEqual(400);
});

test("sizes are told beside their limits", () => {
  expect(new WirewayError("message_too_large", { size: 1_200, limit: 1_000 }).message).toBe(
    "message is 1200 bytes, the limit is 1000",
  );
  expect(new WirewayError("outbox_full", { size: 12, limit: 10 }).message).toBe(
    "outbox would hold 12 unconfirmed bytes, the limit is 10",
  );
});

test("an error that answers no request counts as the server's", () => {
  expect(new WirewayError("malformed_envelope", { why: "x" }).status).toBe(500);
  expect(raised("body_too_large", { limit: 1 }).status).toBe(413);
});

test("no error repeats what a peer sent, nor an application's data", () => {
  const readers: ((text: string) => unknown)[] = [
    decodePacket,
    decodePayload,
    decodeEnvelope,
    (data) => readClientOpen({ data }),
    (data) => readServerOpen({ data }),
    readCount,
  ];
  const texts = [
    "s3cret",
    '"s3cret"',
    '["s3cret"',
    '{"s3cret":1',
    '{"token":"s3cret","id":"s3cret"}',
    '2s3cret["e"]',
    '2["s3cret',
    '{"terms":{"pingIntervalMs":"s3cret"}}',
  ];
  let refused = 0;
  for (const read of readers) {
    for (const text of texts) {
      try {
        read(text);
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(WirewayError);
        expect(JSON.stringify([(error as WirewayError).message, (error as WirewayError).details])).not.toContain(
          "s3cret",
        );
      }
    }
  }
  expect(refused).toBeGreaterThan(30);
  for (const code of codes)
    expect(raised(code, { why: "x", name: "x", data: "s3cret" }).message).not.toContain("s3cret");
});
