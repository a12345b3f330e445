import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { thrown } from "../test/arbitraries.ts";
import { closeCodes } from "./close-table.ts";
import {
  type ClientOpen,
  closePacket,
  openPacket,
  readClientOpen,
  readClose,
  readCount,
  readServerOpen,
  type ServerOpen,
} from "./open.ts";
import { defaultTerms } from "./terms.ts";

const secret = "0123456789abcdefABC_-z";
const client = (fields: unknown): ClientOpen =>
  readClientOpen({ data: typeof fields === "string" ? fields : JSON.stringify(fields) });
const server = (fields: unknown): ServerOpen =>
  readServerOpen({ data: typeof fields === "string" ? fields : JSON.stringify(fields) });

const counts = fc.oneof(fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER));
const positive = counts.map((count) => count || 1);
const secrets = fc.stringMatching(/^[\w-]{22,64}$/).filter((value) => value.length <= 64);

describe("an open comes back as it was", () => {
  test("from a client: claim, ask, belong, move, and from zero", () => {
    const resumed = fc.record(
      { token: secrets, received: counts, first: positive, epoch: positive },
      { requiredKeys: ["received"] },
    );
    const fresh = fc.record(
      { nonce: secrets, received: fc.constant(0), first: fc.constant(1) },
      { requiredKeys: ["nonce", "received"] },
    );
    fc.assert(
      fc.property(fc.oneof(resumed, fresh), (open) => {
        expect(readClientOpen(openPacket(open))).toEqual(open);
      }),
    );
  });

  test("from a server", () => {
    const answer = fc.record(
      {
        id: secrets,
        token: secrets,
        received: counts,
        epoch: positive,
        first: positive,
        sent: counts,
        gone: fc.constant(true as const),
        terms: fc.constant({ ...defaultTerms, pingIntervalMs: 777 }),
      },
      { requiredKeys: ["received"] },
    );
    fc.assert(
      fc.property(answer, (open) => {
        expect(readServerOpen(openPacket(open))).toEqual(open);
      }),
    );
  });
});

describe("what grows later is ignored", () => {
  test("unknown fields, and those of the other side", () => {
    const more = {
      received: 3,
      colour: "red",
      id: 5,
      terms: [],
      sent: -1,
      gone: 1,
      toString: 1,
      constructor: { token: secret },
    };
    expect(client(more)).toEqual({ received: 3 });
    expect(client('{"received":3,"__proto__":{"token":"x","first":0}}')).toEqual({ received: 3 });
    expect(server({ received: 3, nonce: 5, colour: "red", gone: false })).toEqual({ received: 3 });
    expect(server({ received: 3, terms: { pingIntervalMs: 900, colour: "red" } }).terms).toEqual({
      ...defaultTerms,
      pingIntervalMs: 900,
    });
  });

  test("a missing count is zero", () => {
    expect(client({})).toEqual({ received: 0 });
    expect(server({})).toEqual({ received: 0 });
  });
});

describe("malformed opens are refused by both ends", () => {
  const notCounts = ["1", -1, 1.5, null, true, [1], {}, 2 ** 53, 1e300, "", "0x1"];
  const notSecrets = [
    1,
    null,
    "",
    [],
    {},
    "a".repeat(21),
    "a".repeat(65),
    `${"a".repeat(22)}\n`,
    `${"a".repeat(22)}=`,
    "é".repeat(22),
    "a b".repeat(10),
  ];
  const both: unknown[] = [
    "",
    "{",
    "nonsense",
    "<html>",
    "null",
    "1",
    "[]",
    '"text"',
    "undefined",
    ...notCounts.map((received) => ({ received })),
    ...notCounts.map((first) => ({ first })),
    ...notCounts.map((epoch) => ({ epoch })),
    { first: 0 },
    { epoch: 0 },
    ...notSecrets.map((token) => ({ token })),
  ];
  test.each(both.map((fields) => [JSON.stringify(fields), fields]))("%s", (_name, fields) => {
    expect(thrown(() => client(fields)).code).toBe("malformed_open");
    expect(thrown(() => server(fields)).code).toBe("malformed_open");
  });

  const onlyClient = [
    ...notSecrets.map((nonce) => ({ nonce })),
    { nonce: secret, token: secret },
    { nonce: secret, received: 1 },
    { nonce: secret, first: 2 },
    { nonce: secret, epoch: 1 },
  ];
  test.each(onlyClient.map((fields) => [JSON.stringify(fields), fields]))("from a client: %s", (_name, fields) => {
    expect(thrown(() => client(fields)).code).toBe("malformed_open");
  });

  const onlyServer = [
    ...notSecrets.map((id) => ({ id })),
    ...notCounts.map((sent) => ({ sent })),
    { terms: 5 },
    { terms: null },
    { terms: [] },
    { terms: "text" },
    { terms: { pingIntervalMs: "900" } },
    { terms: { pingIntervalMs: -1 } },
    { terms: { maxMessageBytes: 1e300 } },
  ];
  test.each(onlyServer.map((fields) => [JSON.stringify(fields), fields]))("from a server: %s", (_name, fields) => {
    expect(thrown(() => server(fields)).code).toBe("malformed_open");
  });

  test("a packet that is not there, or is binary", () => {
    for (const packet of [undefined, { data: undefined }, { data: new Uint8Array([123, 125]) }]) {
      expect(thrown(() => readClientOpen(packet)).code).toBe("malformed_open");
      expect(thrown(() => readServerOpen(packet)).code).toBe("malformed_open");
    }
  });

  test("with words that hold no token", () => {
    for (const fields of [
      { token: `${secret}?` },
      { nonce: secret, token: secret },
      `{"token":"${secret}"`,
      [secret],
    ]) {
      expect(thrown(() => client(fields)).message).not.toContain(secret);
    }
  });
});

describe("a count", () => {
  test("is decimal", () => {
    expect(readCount("0")).toBe(0);
    expect(readCount("999999999999999")).toBe(999_999_999_999_999);
    const malformed = [
      "",
      "-1",
      "1.5",
      "1e3",
      " 1",
      "1\n",
      "0x1",
      "٣",
      "9".repeat(16),
      "NaN",
      undefined,
      5,
      new Uint8Array([49]),
    ];
    for (const data of malformed) expect(thrown(() => readCount(data)).code, String(data)).toBe("malformed_packet");
  });
});

describe("a close", () => {
  test("comes back with its reason, and the table's sentence unless there are words", () => {
    for (const reason of Object.keys(closeCodes) as (keyof typeof closeCodes)[]) {
      const { code, sentence, next } = closeCodes[reason];
      if (next === "resume") continue;
      expect(readClose(closePacket(reason).data)).toEqual({ reason, code, message: sentence, by: "remote" });
      expect(readClose(closePacket(reason, "good night").data)).toEqual({
        reason,
        code,
        message: "good night",
        by: "remote",
      });
    }
  });

  test("with a connection's code is an error of the protocol, and keeps the code", () => {
    for (const { code, next } of Object.values(closeCodes)) {
      const { reason } = readClose(JSON.stringify({ code, reason: "x" }));
      if (next === "resume") expect({ code, reason }).toEqual({ code, reason: "protocol_error" });
      else expect(closeCodes[reason].code).toBe(code);
    }
    expect(readClose(closePacket("superseded").data)).toMatchObject({ reason: "protocol_error", code: 3100 });
  });

  test("keeps an application's code", () => {
    expect(readClose('{"code":4321,"reason":"kicked"}')).toEqual({
      reason: "closed",
      code: 4321,
      message: "kicked",
      by: "remote",
    });
  });

  test("closes also when it is broken", () => {
    for (const data of ["", "{", "null", "1", "[]", '{"code":"x"}', '{"code":1.5,"reason":[]}', undefined]) {
      expect(readClose(data), String(data)).toMatchObject({ reason: "closed", code: 3000, by: "remote" });
    }
    expect(readClose('{"code":9}')).toMatchObject({ reason: "protocol_error", code: 9 });
  });

  test("says at most what fits a WebSocket's close frame", () => {
    expect(readClose(JSON.stringify({ code: 3000, reason: "x".repeat(5_000) })).message).toHaveLength(123);
  });
});
