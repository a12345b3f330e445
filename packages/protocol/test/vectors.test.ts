// Runs the test vectors of docs/vectors through the codecs: what the document shows to writers of other clients is what
// the code does. Not here: random input (the codecs' own tests), whether the document's tables are true (documents).

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { closeReason } from "../src/close-codes.ts";
import { decodePacket, encodePacket } from "../src/codec.ts";
import { decodeEnvelope, type Envelope, encodeEnvelope } from "../src/envelope.ts";
import { WirewayError } from "../src/errors.ts";
import { EventStreamDecoder, encodeEvent } from "../src/framing/event-stream.ts";
import { decodePayload, encodePayload } from "../src/framing/payload.ts";
import { encodeRecords, RecordDecoder } from "../src/framing/record-stream.ts";
import { msgpackCodec } from "../src/msgpack/msgpack-codec.ts";
import {
  type ClientOpen,
  openPacket,
  readClientOpen,
  readClose,
  readServerOpen,
  type ServerOpen,
} from "../src/open.ts";
import type { MessageData, Packet } from "../src/packet.ts";

interface Bad {
  readonly name: string;
  readonly error: string;
}
interface EnvelopeVector {
  readonly name: string;
  readonly envelope: Envelope;
}
interface OpenVector<T> {
  readonly name: string;
  readonly form?: string;
  readonly json: string;
  readonly reads: T;
}
interface PacketsFile {
  readonly good: readonly { readonly name: string; readonly packet: Packet; readonly text: string }[];
  readonly bad: readonly (Bad & { readonly text: string })[];
}
interface PayloadsFile {
  readonly good: readonly { readonly name: string; readonly packets: Packet[]; readonly text: string }[];
  readonly bad: readonly (Bad & { readonly text: string })[];
}
interface RecordsFile {
  readonly limit: number;
  readonly good: readonly { readonly name: string; readonly packets: Packet[]; readonly hex: string }[];
  readonly bad: readonly (Bad & { readonly hex: string })[];
}
interface EventsFile extends PayloadsFile {
  readonly readable: PayloadsFile["good"];
}
interface EnvelopesFile {
  readonly text: readonly (EnvelopeVector & { readonly text: string })[];
  readonly binary: readonly (EnvelopeVector & { readonly hex: string })[];
  readonly bad: readonly (Bad & { readonly text?: string; readonly hex?: string })[];
}
interface MsgpackFile {
  readonly good: readonly (EnvelopeVector & { readonly hex: string })[];
  readonly readable: readonly (EnvelopeVector & { readonly hex: string })[];
  readonly bad: EnvelopesFile["bad"];
}
interface OpensFile {
  readonly client: {
    readonly good: readonly OpenVector<ClientOpen>[];
    readonly bad: readonly { name: string; json: string }[];
  };
  readonly server: {
    readonly good: readonly OpenVector<ServerOpen>[];
    readonly bad: readonly (Bad & { json: string })[];
  };
  readonly close: readonly { name: string; data: string; code: number; reason: string }[];
}

const encoder = new TextEncoder();

describe("packets", () => {
  const { good, bad } = load<PacketsFile>("packets");
  test.each(good)("$name", ({ packet, text }) => {
    expect(encodePacket(packet)).toBe(text);
    expect(decodePacket(text)).toEqual(packet);
  });
  test.each(bad)("refuses: $name", ({ text, error }) => {
    expect(codeOf(() => decodePacket(text))).toBe(error);
  });
});

describe("payloads", () => {
  const { good, bad } = load<PayloadsFile>("payloads");
  test.each(good)("$name", ({ packets, text }) => {
    expect(encodePayload(packets)).toBe(text);
    expect(decodePayload(text)).toEqual(packets);
  });
  test.each(bad)("refuses: $name", ({ text, error }) => {
    expect(codeOf(() => decodePayload(text))).toBe(error);
  });
});

describe("records", () => {
  const { good, bad, limit } = load<RecordsFile>("records");
  test.each(good)("$name", ({ packets, hex }) => {
    expect(toHex(encodeRecords(packets))).toBe(hex);
    expect(new RecordDecoder(65_536).push(fromHex(hex))).toEqual(packets);
    const decoder = new RecordDecoder(65_536);
    expect(bytewise(fromHex(hex)).flatMap((chunk) => decoder.push(chunk))).toEqual(packets);
  });
  test.each(bad)("refuses: $name", ({ hex, error }) => {
    expect(codeOf(() => new RecordDecoder(limit).push(fromHex(hex)))).toBe(error);
  });
});

describe("events", () => {
  const { good, readable, bad } = load<EventsFile>("events");
  test.each(good)("$name", ({ packets, text }) => {
    expect(encodeEvent(packets)).toBe(text);
  });
  test.each([...good, ...readable])("reads: $name", ({ packets, text }) => {
    const bytes = encoder.encode(text);
    expect(new EventStreamDecoder(65_536).push(bytes)).toEqual(packets);
    const decoder = new EventStreamDecoder(65_536);
    expect(bytewise(bytes).flatMap((chunk) => decoder.push(chunk))).toEqual(packets);
  });
  test.each(bad)("refuses: $name", ({ text, error }) => {
    expect(codeOf(() => new EventStreamDecoder(65_536).push(encoder.encode(text)))).toBe(error);
  });
});

describe("envelopes", () => {
  const { text, binary, bad } = load<EnvelopesFile>("envelopes");
  test.each(text)("$name", (vector) => {
    expect(encodeEnvelope(vector.envelope)).toBe(vector.text);
    expect(decodeEnvelope(vector.text)).toEqual(vector.envelope);
  });
  test.each(binary)("binary: $name", ({ envelope, hex }) => {
    expect(toHex(encodeEnvelope(envelope) as Uint8Array)).toBe(hex);
    expect(decodeEnvelope(fromHex(hex))).toEqual(envelope);
  });
  test.each(bad)("refuses: $name", ({ text: words, hex, error }) => {
    const data: MessageData = words ?? fromHex(hex ?? "");
    expect(codeOf(() => decodeEnvelope(data))).toBe(error);
  });
});

describe("msgpack", () => {
  const { good, readable, bad } = load<MsgpackFile>("msgpack");
  test.each(good)("$name", ({ envelope, hex }) => {
    expect(toHex(msgpackCodec.encode(envelope) as Uint8Array)).toBe(hex);
  });
  test.each([...good, ...readable])("reads: $name", ({ envelope, hex }) => {
    expect(msgpackCodec.decode(fromHex(hex))).toEqual(envelope);
  });
  test.each(bad)("refuses: $name", ({ text, hex, error }) => {
    expect(codeOf(() => msgpackCodec.decode(text ?? fromHex(hex ?? "")))).toBe(error);
  });
});

describe("opens", () => {
  const { client, server, close } = load<OpensFile>("opens");
  test.each(client.good)("client: $name", ({ json, reads, form }) => {
    expect(readClientOpen({ data: json })).toEqual(reads);
    expect(formOf(reads)).toBe(form);
    expect(readClientOpen(openPacket(reads))).toEqual(reads);
  });
  test.each(client.bad)("refuses a client's: $name", ({ json }) => {
    expect(codeOf(() => readClientOpen({ data: json }))).toBe("malformed_open");
  });
  test.each(server.good)("server: $name", ({ json, reads }) => {
    expect(readServerOpen({ data: json })).toEqual(reads);
    expect(readServerOpen(openPacket(reads))).toEqual(reads);
  });
  test.each(server.bad)("refuses a server's: $name", ({ json, error }) => {
    expect(codeOf(() => readServerOpen({ data: json }))).toBe(error);
  });
  test.each(close)("close: $name", ({ data, code, reason }) => {
    expect(readClose(data)).toMatchObject({ code, reason, by: "remote" });
    expect(closeReason(code)).toBe(reason);
  });
});

function formOf({ epoch, first }: ClientOpen): string {
  if (epoch === undefined) return first === undefined ? "ask" : "claim";
  return first === undefined ? "belong" : "move";
}

function load<T>(name: string): T {
  const url = new URL(`../../../docs/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"), revive) as T;
}

/** What stands for a value that JSON has not. */
function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { $hex, $date, $bigint, $undefined } = value as Record<string, string | undefined>;
  if ($hex !== undefined) return fromHex($hex);
  if ($date !== undefined) return new Date($date);
  if ($bigint !== undefined) return BigInt($bigint);
  return $undefined === undefined ? value : undefined;
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function bytewise(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => new Uint8Array([byte]));
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof WirewayError) return error.code;
    throw error;
  }
  return "no error";
}
