// The same for messages of MessagePack: lengths that lie, kinds that no event needs, names and ids that are none. Nothing of
// it is ever more in memory than it was on the wire, and nothing is run.
// Source: the MessagePack specification; what msgpackr makes of extensions where it is let.

import { closeCodes } from "@wireway/protocol";
import { msgpackCodec } from "@wireway/server/msgpack";
import { describe, expect, it } from "vitest";
import { allTransports, RawClient } from "../raw-client.ts";
import { dropped, startServer } from "../test-server.ts";
import { comesBackTo, heldBytes } from "./memory.ts";
import { outcomeOf } from "./outcome.ts";

const slackBytes = 16_777_216;

/** An event for "/" without an id, whose arguments follow. */
const event = [0x94, 0x02, 0xa1, 0x2f, 0xc0];
/** The same, named "x" and with one argument. */
const argument = [...event, 0x92, 0xa1, 0x78];
const [four, many] = [
  [0, 0, 0, 4],
  [0xff, 0xff, 0xff, 0xff],
];

const rows: readonly (readonly [what: string, bytes: readonly number[] | Uint8Array, outcome: string])[] = [
  ["an event", [...argument, 0xc0], "lives"],
  ["nothing behind its first byte", [0x94], "protocol_error"],
  ["three parts", [0x93, 0x02, 0xa1, 0x2f, 0xc0], "protocol_error"],
  ["more behind its end", [...argument, 0xc0, 0xc0], "protocol_error"],
  ["another message behind its end", [...argument, 0xc0, ...argument, 0xc0], "protocol_error"],
  ["a list of four billion", [...argument, 0xdd, ...many], "protocol_error"],
  ["an object of four billion", [...argument, 0xdf, ...many], "protocol_error"],
  ["a text of four billion", [...argument, 0xdb, ...many], "protocol_error"],
  ["bytes of four billion", [...argument, 0xc6, ...many], "protocol_error"],
  ["an extension of four billion", [...argument, 0xc9, ...many, 1], "protocol_error"],
  ["text that is not UTF-8", [...argument, 0xa2, 0xc3, 0x28], "lives"],
  ["a byte of no kind", [...argument, 0xc1], "protocol_error"],
  ["500,000 levels", Uint8Array.from([...argument, ...Array<number>(500_000).fill(0x91), 0xc0]), "protocol_error"],
  [
    "a million nils",
    Uint8Array.from([...argument, 0xdd, 0, 0x0f, 0x42, 0x40, ...Array<number>(1_000_000).fill(0xc0)]),
    "lives",
  ],
  [
    "two million nils",
    Uint8Array.from([...argument, 0xdd, 0, 0x1e, 0x84, 0x80, ...Array<number>(2_000_000).fill(0xc0)]),
    "protocol_error",
  ],
  [
    "5,000 empty byte values",
    Uint8Array.from([...argument, 0xdc, 0x13, 0x88, ...(Array(5_000).fill([0xc4, 0]).flat() as number[])]),
    "protocol_error",
  ],
  ["a record, which would be compiled", [...argument, 0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0xc0], "protocol_error"],
  ["an error of the library's kind", [...argument, 0xc7, 3, 0x65, 0x91, 0xa1, 0x61], "protocol_error"],
  ["a pattern of the library's kind", [...argument, 0xc7, 4, 0x78, 0x92, 0xa1, 0x61, 0xa0], "protocol_error"],
  ["a pointer of the library's kind", [...argument, 0xd6, 0x70, ...four], "protocol_error"],
  ["a date of no length", [...argument, 0xc7, 0, 0xff], "protocol_error"],
  [
    "an object whose key is __proto__",
    [...argument, 0x81, 0xa9, ...Buffer.from("__proto__"), 0x81, 0xa1, 0x61, 0x01],
    "protocol_error",
  ],
  ["a name that is a number", [...event, 0x91, 0x01], "protocol_error"],
  ["a name that is an object", [...event, 0x91, 0x80], "protocol_error"],
  ["a reserved name", [...event, 0x91, 0xa5, ...Buffer.from("error")], "protocol_error"],
  ["no arguments at all", [...event, 0xc0], "protocol_error"],
  ["a type that is text", [0x94, 0xa1, 0x32, 0xa1, 0x2f, 0xc0, 0x91, 0xa1, 0x78], "protocol_error"],
  ["a type that does not exist", [0x94, 0x63, 0xa1, 0x2f, 0xc0, 0x91, 0xa1, 0x78], "protocol_error"],
  ["a namespace that is a list", [0x94, 0x02, 0x91, 0xa1, 0x2f, 0xc0, 0x91, 0xa1, 0x78], "protocol_error"],
  ["a negative id", [0x94, 0x02, 0xa1, 0x2f, 0xff, 0x91, 0xa1, 0x78], "protocol_error"],
  [
    "an id that is no number",
    [0x94, 0x02, 0xa1, 0x2f, 0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0, 0x91, 0xa1, 0x78],
    "protocol_error",
  ],
];

describe.each(allTransports)("over %s", (transport) => {
  it.each(rows)("a message with %s", async (_what, bytes, outcome) => {
    const { base, wireway } = await startServer({ codec: msgpackCodec });
    const errors: unknown[] = [];
    wireway.on("error", (error) => void errors.push(error));
    const joining = { type: "message", data: msgpackCodec.encode({ type: "connect", namespace: "/" }) } as const;
    const client = dropped(await RawClient.dial(base, transport, { behind: [joining] }));
    client.next = 2;
    await client.move();
    await client.hear("message");
    const before = heldBytes();
    await client.say({ type: "message", data: Uint8Array.from(bytes) });
    expect(await outcomeOf(client)).toBe(outcome);
    await comesBackTo(before + slackBytes);
    expect(errors).toEqual([]);
    expect(Reflect.get({}, "a")).toBeUndefined();
  });

  it("text where bytes are spoken ends the session", async () => {
    const { base } = await startServer({ codec: msgpackCodec });
    const client = dropped(await RawClient.dial(base, transport, { behind: [{ type: "message", data: "0" }] }));
    await client.move();
    const { data } = await client.hear("close");
    expect(JSON.parse(data as string)).toMatchObject({ code: closeCodes.codec_mismatch.code });
  });
});
