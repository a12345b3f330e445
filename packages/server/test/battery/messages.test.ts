// What a client may say once it is in: payloads, envelopes, names, acknowledgement ids, binary blocks. The same rows over
// every transport, each with what becomes of the session: it lives, or it ends with a code that the client is told.
// Source: CVE-2022-2421, CVE-2023-32695, CVE-2024-38355, CVE-2026-33151 and CVE-2026-69185 for what broke others' parsers.

import { type CloseReason, closeCodes } from "@wireway/protocol";
import { describe, expect, it } from "vitest";
import { allTransports, event, RawClient, text } from "../raw-client.ts";
import { dropped } from "../test-server.ts";
import { Arena } from "./arena.ts";
import { outcomeOf } from "./outcome.ts";

const mark = "\\u0000";
const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

/** A binary envelope, or what claims to be one: lengths are told apart from what follows. */
function block(...parts: readonly (readonly [length: number, content: string | Uint8Array])[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap(([length, content]) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(length);
      return [head, Buffer.from(content)];
    }),
  );
}

function blockOf(envelope: string, ...attachments: readonly (string | Uint8Array)[]): Uint8Array {
  const parts = [envelope, ...attachments].map((part) => Buffer.from(part));
  return block(...parts.map((part) => [part.length, part] as const));
}

type Row = readonly [what: string, message: string | Uint8Array, outcome: CloseReason | "lives"];

const envelopes: readonly Row[] = [
  ["nothing", "", "protocol_error"],
  ["no envelope", "hello", "protocol_error"],
  ["a type that does not exist", '9["a"]', "protocol_error"],
  ["the type of another protocol", '51-["a",{"_placeholder":true,"num":0}]', "protocol_error"],
  ["a placeholder of another protocol", '2["echo",{"_placeholder":true,"num":9}]', "lives"],
  ["an event without a name", "2[]", "protocol_error"],
  ["an event named by an object", '2[{"toString":"foo"}]', "protocol_error"],
  ["an event named by an array", '2[["echo"]]', "protocol_error"],
  ["an event named by a number", "2[1]", "protocol_error"],
  ["an event named by null", "2[null]", "protocol_error"],
  ["an event that is an object", '2{"0":"echo","length":1}', "protocol_error"],
  ["an event with an empty name", '2[""]', "lives"],
  ["an event that nobody listens to", '2["nobody",1]', "lives"],
  ...["error", "disconnect", "disconnecting", "connect", "connect_error", "connection"].map(
    (name) => [`the reserved event ${name}`, `2["${name}","x"]`, "protocol_error"] as const,
  ),
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "newListener", "then"].map(
    (name) => [`the event ${name}`, `2["${name}",{"polluted":1}]`, "lives"] as const,
  ),
  ["an event whose name is 100 KB long", `2["${"x".repeat(100_000)}"]`, "lives"],
  ["half a character in a name", '2["\\ud800"]', "lives"],
  ["line breaks and colours in a name", '2["\\r\\n\\u001b[31mfake log line"]', "lives"],
  [
    "objects with __proto__",
    '2["echo",{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]',
    "lives",
  ],
  ["the same key twice", '2["echo",{"a":1,"a":2}]', "lives"],
  ["numbers beyond all numbers", '2["echo",1e999,-0,1e-999,123456789012345678901234567890]', "lives"],
  ["what is no JSON number", '2["echo",NaN]', "protocol_error"],
  ["JSON that ends early", '2["echo",{"a":[1', "protocol_error"],
  ["JSON and more", '2["echo"]["echo"]', "protocol_error"],
  ["200 levels of arrays", `2["echo",${deep(200)}]`, "lives"],
  ["20,000 levels that do not close", `2["echo",${"[".repeat(20_000)}`, "protocol_error"],
  ["500,000 levels of arrays", `2["nobody",${deep(500_000)}]`, "lives"],
  ["an acknowledgement that nobody asked for", '30["x"]', "lives"],
  ["an acknowledgement without an id", '3["x"]', "protocol_error"],
  ["an acknowledgement of no array", '30{"x":1}', "protocol_error"],
  ["a negative id", '2-1["answer"]', "protocol_error"],
  ["an id with a fraction", '21.5["answer"]', "protocol_error"],
  ["an id of 15 digits", '2999999999999999["answer"]', "lives"],
  ["an id of 16 digits", '29999999999999999["answer"]', "protocol_error"],
  ["an id of an object's", '2__proto__["answer"]', "protocol_error"],
  ["an id for joining", "01", "protocol_error"],
  ["joining twice", "0", "protocol_error"],
  ["joining with what is no object", '0/elsewhere,["a"]', "protocol_error"],
  ["a namespace that does not exist", "0/elsewhere,", "lives"],
  ["a namespace of an object's", "0/__proto__,", "lives"],
  ["an event for a namespace that was not joined", '2/other,["echo"]', "protocol_error"],
  ["a namespace with a question mark", "0/a?b,", "protocol_error"],
  ["a namespace with a line break", "0/a\nb,", "protocol_error"],
  ["a namespace of 300 characters", `0/${"x".repeat(299)},`, "protocol_error"],
  ["the refusal of a namespace", '4{"message":"no"}', "protocol_error"],
  ["leaving with words", '1["bye"]', "protocol_error"],
  ["a complaint of a code that does not exist", '7{"code":"__proto__","event":"echo"}', "lives"],
  ["a complaint without a code", "7{}", "protocol_error"],
  ["a complaint that is no object", '7["rejected"]', "protocol_error"],
  ["a complaint about an event that was never sent", '79{"code":"rejected","reason":"toString"}', "lives"],
  ["new auth without an id", '8{"user":"ann"}', "protocol_error"],
  ["new auth that is no object", '81["ann"]', "protocol_error"],
  ["new auth where nobody asks for any", '81{"__proto__":{"polluted":1}}', "lives"],
  ["new auth for a namespace that was not joined", '8/other,1{"user":"ann"}', "protocol_error"],
];

const blocks: readonly Row[] = [
  ["one attachment", blockOf(`2["echo","${mark}0"]`, "a"), "lives"],
  ["an empty attachment", blockOf(`2["echo","${mark}0"]`, ""), "lives"],
  ["an empty block", new Uint8Array(0), "protocol_error"],
  ["half a length", new Uint8Array([0, 0]), "protocol_error"],
  ["a length beyond the block", block([0x7fffffff, '2["echo"]']), "protocol_error"],
  ["a first byte as another codec writes it", block([0xffffffff, '2["echo"]']), "codec_mismatch"],
  ["text that is not UTF-8", block([2, new Uint8Array([0x32, 0xff])]), "protocol_error"],
  ["an attachment that nothing names", blockOf('2["echo"]', "a"), "protocol_error"],
  ["an attachment that is not there", blockOf(`2["echo","${mark}1"]`, "a"), "protocol_error"],
  ["an attachment named twice", blockOf(`2["echo","${mark}0","${mark}0"]`, "a"), "protocol_error"],
  ["an attachment with a negative index", blockOf(`2["echo","${mark}-1"]`, "a"), "protocol_error"],
  ["an attachment with an object's index", blockOf(`2["echo","${mark}__proto__"]`, "a"), "protocol_error"],
  ["an attachment with an index of five digits", blockOf(`2["echo","${mark}00000"]`, "a"), "protocol_error"],
  ["an attachment for a name", blockOf(`2["${mark}0"]`, "a"), "protocol_error"],
  ["an attachment in the auth data", blockOf(`0/elsewhere,{"a":"${mark}0"}`, "a"), "lives"],
  ["a marked string that is none", blockOf(`2["echo","${mark}${mark}0"]`), "lives"],
  ["a key that looks like an attachment", blockOf(`2["echo",{"${mark}0":1}]`), "lives"],
  ["4,096 attachments", manyAttachments(4_096), "lives"],
  ["4,097 attachments", manyAttachments(4_097), "protocol_error"],
  [
    "500,000 levels of arrays beside an attachment",
    blockOf(`2["nobody","${mark}0",${deep(500_000)}]`, "a"),
    "protocol_error",
  ],
  ["400,000 empty attachments", Buffer.concat([blockOf('2["echo"]'), Buffer.alloc(1_600_000)]), "protocol_error"],
];

function manyAttachments(count: number): Uint8Array {
  const names = Array.from({ length: count }, (_, index) => `"${mark}${index}"`);
  return blockOf(`2["nobody",${names.join(",")}]`, ...Array.from({ length: count }, () => "a"));
}

describe.each(allTransports)("over %s", (transport) => {
  it.each([...envelopes, ...blocks])("a message with %s", async (_what, message, outcome) => {
    const arena = await Arena.open();
    const ended = await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      await client.say({ type: "message", data: message });
      return outcomeOf(client);
    });
    expect(ended).toBe(outcome);
  });

  it("ends the session for a message over the limit, and takes one at it", async () => {
    const arena = await Arena.open({ maxMessageBytes: 100_000, maxBodyBytes: 200_000 });
    const of = (bytes: number): string => `2["nobody","${"x".repeat(bytes - 14)}"]`;
    const outcomes = await arena.underFire(async () => {
      const ended: string[] = [];
      for (const bytes of [99_999, 100_000, 100_001]) {
        const client = dropped(await RawClient.join(arena.base, transport));
        const message = of(bytes);
        expect(message).toHaveLength(bytes);
        await client.say(text(message));
        ended.push(await outcomeOf(client));
      }
      return ended;
    });
    expect(outcomes).toEqual(["lives", "lives", "message_too_large"]);
  });

  it("counts bytes and not characters", async () => {
    const arena = await Arena.open({ maxMessageBytes: 100_000, maxBodyBytes: 400_000 });
    const outcome = await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      await client.say(text(`2["nobody","${"€".repeat(40_000)}"]`));
      return outcomeOf(client);
    });
    expect(outcome).toBe("message_too_large");
  });

  it("lets rooms and acknowledgements be named like an object's own", async () => {
    const arena = await Arena.open();
    const names = ["__proto__", "constructor", "toString", "", "\0", "\r\n", "x".repeat(10_000)];
    await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      for (const [index, name] of names.entries()) {
        await client.say(event("join", name));
        expect(await client.hearEvent()).toEqual(["joined", true, 2 + index]);
      }
      await client.say(text('20["answer","__proto__",{"__proto__":1}]'));
      const envelope = await client.hearMessage();
      expect(envelope).toMatchObject({ type: "ack", id: 0, args: [["__proto__", {}]] });
    });
  });

  it("ends a session that joins more namespaces than there may be", async () => {
    const arena = await Arena.open();
    const outcome = await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      await client.say(...Array.from({ length: 300 }, (_, index) => text(`0/${index},`)));
      return outcomeOf(client);
    });
    expect(outcome).toBe("protocol_error");
  });
});

/** Payloads that are broken as such: over HTTP an answer with a status, on a WebSocket the end of the connection. */
const payloads: readonly (readonly [what: string, payload: string, code: string])[] = [
  ["no packet", "hello", "malformed_packet"],
  ["a packet of no type", "9", "malformed_packet"],
  ["an empty packet", "41\x1e\x1e42", "malformed_packet"],
  ["a million empty packets", "\x1e".repeat(1_000_000), "malformed_packet"],
  ["a million packets", "\x1e6".repeat(1_000_000).slice(1), "too_many_packets"],
];

describe.each(["streaming", "sse", "polling"] as const)("over %s", (transport) => {
  it.each(payloads)("a body with %s", async (_what, payload, code) => {
    const arena = await Arena.open();
    const answer = await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      const answer = await client.sayRaw(payload);
      expect(await outcomeOf(client)).toBe("lives");
      return answer;
    });
    expect([answer?.status, answer?.json.code]).toEqual([400, code]);
  });
});

describe("over websocket", () => {
  it.each(payloads)("a frame with %s", async (_what, payload) => {
    const arena = await Arena.open();
    const end = await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, "websocket"));
      await client.sayRaw(payload);
      return client.closed;
    });
    expect(end).toEqual({ code: closeCodes.malformed.code, reason: "malformed" });
  });
});

/** Control packets: what they say about the session must be possible. */
const controls: readonly (readonly [what: string, payload: string, outcome: CloseReason | "lives"])[] = [
  ["a count beyond what was sent", "699", "protocol_error"],
  ["a count that goes back", "60", "lives"],
  ["a count below zero", "6-1", "protocol_error"],
  ["a count with a fraction", "61.5", "protocol_error"],
  ["a count of 16 digits", "61111111111111111", "protocol_error"],
  ["a count in other digits", "6١", "protocol_error"],
  ["a ping without a count", "2", "protocol_error"],
  ["a pong that nobody asked for", "31", "lives"],
  ["a redirect", '5{"withinMs":0,"url":"https://evil.example/"}', "protocol_error"],
  ["an open that is no JSON", "0hello", "protocol_error"],
  ["an open with a count that is none", '0{"received":"1"}', "protocol_error"],
  ["an open with the names of objects", '0{"__proto__":{"received":99},"received":0}', "lives"],
  ["an open that wishes for a flood of pings", '0{"received":0,"pingIntervalMs":1}', "lives"],
  ["an open that counts more than was sent", '0{"received":99}', "protocol_error"],
  ["a gap in front of a message", '0{"received":0,"first":999}\x1e42["echo"]', "protocol_error"],
  ["a number that is no number", '0{"received":0,"first":9007199254740993}\x1e42["echo"]', "protocol_error"],
  ["an epoch that was never given", '0{"received":0,"first":2,"epoch":999}', "lives"],
  ["16,000 pings at once", "\x1e21".repeat(16_000).slice(1), "lives"],
];

describe.each(allTransports)("over %s", (transport) => {
  it.each(controls)("%s", async (what, payload, outcome) => {
    const arena = await Arena.open();
    const ended = await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      await client.sayRaw(payload);
      return outcomeOf(client);
    });
    // A body may lie in a proxy and come behind one that says more: what is missing there is not read, and asked for again.
    const isGapInBody = transport !== "websocket" && what === "a gap in front of a message";
    expect(ended).toBe(isGapInBody ? "lives" : outcome);
  });

  it("ends with a close that says anything at all", async () => {
    const arena = await Arena.open();
    for (const close of ["1", "1null", '1{"code":"x"}', '1{"code":3100}', '1{"code":1e99,"reason":{"toString":1}}']) {
      await arena.underFire(async () => {
        const client = dropped(await RawClient.join(arena.base, transport));
        const [, socket] = [...arena.wireway.sockets.values()];
        const gone = new Promise((resolve) => void socket?.on("disconnect", resolve));
        await client.sayRaw(close);
        expect(["closed", "protocol_error"]).toContain(await gone);
      });
    }
  });
});
