// Every decoder, with input that is nearly right. What it gives is either the same whatever way the input came, or an error
// that says whose fault it is; never another exception, never an object whose prototype somebody sent.

import {
  decodePacket,
  decodePayload,
  defaultTerms,
  type EnvelopeCodec,
  EventStreamDecoder,
  encodeEvent,
  encodePacket,
  encodePayload,
  encodeRecords,
  jsonCodec,
  openPacket,
  type Packet,
  RecordDecoder,
  readClientOpen,
  readServerOpen,
  WirewayError,
} from "@wireway/protocol";
import { msgpackCodec } from "@wireway/protocol/msgpack";
import type { Random } from "@wireway/testkit";
import { decodeClusterMessage, encodeClusterMessage } from "../../src/cluster/cluster-message.ts";
import { clusterMessage } from "./cluster-words.ts";
import { mutateBytes, mutateObject, mutateText, pieces } from "./mutations.ts";
import { envelope, open, packet } from "./words.ts";

/** One kind of input, made, spoilt and read. Throws when what is read breaks its promise. */
export type DecoderCase = (random: Random) => void;

const limit = 65_536;

export const decoderCases: Readonly<Record<string, DecoderCase>> = {
  packet: (random) => {
    const text = spoilt(random, encodePacket(packet(random)), mutateText);
    const read = attempt(() => decodePacket(text));
    if (read) same(decodePacket(encodePacket(read)), read);
  },
  payload: (random) => {
    const packets = Array.from({ length: random.int(1, 5) }, () => packet(random));
    const text = spoilt(random, encodePayload(packets), mutateText);
    const read = attempt(() => decodePayload(text));
    if (read) same(decodePayload(encodePayload(read)), read);
  },
  records: (random) => {
    const packets = Array.from({ length: random.int(1, 5) }, () => packet(random));
    streamed(random, spoilt(random, encodeRecords(packets), mutateBytes), () => new RecordDecoder(limit));
  },
  events: (random) => {
    const packets = Array.from({ length: random.int(1, 5) }, () => packet(random));
    const bytes = Buffer.from(spoilt(random, encodeEvent(packets) + encodeEvent(packets), mutateText));
    streamed(random, spoilt(random, bytes, mutateBytes), () => new EventStreamDecoder(limit));
  },
  clientOpen: (random) => {
    const given = { ...open(random), ...(random.chance(0.5) && { token: "t".repeat(random.int(20, 66)) }) };
    const data = spoilt(random, JSON.stringify(mutateObject(random, given)), mutateText);
    const read = attempt(() => readClientOpen({ data }));
    if (read) same(readClientOpen(openPacket(read)), read);
  },
  serverOpen: (random) => {
    const given = {
      ...open(random),
      id: "i".repeat(22),
      token: "t".repeat(22),
      sent: 1,
      terms: mutateObject(random, { ...defaultTerms }),
    };
    const data = spoilt(random, JSON.stringify(mutateObject(random, given)), mutateText);
    const read = attempt(() => readServerOpen({ data }));
    if (read) same(readServerOpen(openPacket(read)), read);
  },
  json: (random) => coded(random, jsonCodec),
  // What another server says, or whoever else publishes where servers listen.
  cluster: (random) => {
    const bytes = spoilt(random, encodeClusterMessage(clusterMessage(random)), mutateBytes);
    const read = attempt(() => decodeClusterMessage(bytes));
    if (read) same(decodeClusterMessage(encodeClusterMessage(read)), read);
  },
  msgpack: (random) => coded(random, msgpackCodec),
};

function coded(random: Random, codec: EnvelopeCodec): void {
  const message = codec.encode(envelope(random));
  const bad = typeof message === "string" ? spoilt(random, message, mutateText) : spoilt(random, message, mutateBytes);
  const read = attempt(() => codec.decode(bad));
  if (!read) return;
  if (typeof read.namespace !== "string" || read.namespace[0] !== "/") throw new Error("no namespace");
  if (read.type === "event" && typeof read.args[0] !== "string") throw new Error("an event without a name");
}

/** Cut anywhere, a stream says the same. */
function streamed(random: Random, bytes: Uint8Array, create: () => { push(chunk: Uint8Array): Packet[] }): void {
  const read = (chunks: readonly Uint8Array[]): string => {
    const packets: Packet[] = [];
    const decoder = create();
    const failure = attempt(() => {
      for (const chunk of chunks) packets.push(...decoder.push(chunk));
      return true;
    });
    return `${JSON.stringify(packets)} ${failure === true ? "whole" : "broken"}`;
  };
  const cut = read(pieces(random, bytes));
  // What was read in front of the fault depends on the cuts; nothing else does.
  if (cut.endsWith("whole") && cut !== read([bytes])) throw new Error("the cuts changed what was read");
}

/** Mostly once or twice; at times not at all, so that what is right is seen to be right. */
function spoilt<Input>(random: Random, input: Input, mutate: (random: Random, input: Input) => Input): Input {
  let bad = input;
  for (let count = random.int(0, 3); count > 0; count--) bad = mutate(random, bad);
  return bad;
}

/** @returns undefined for an error that is the peer's. */
function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WirewayError && (error.fault === "remote" || peersToo.has(error.code))) return undefined;
    throw error;
  }
}

/** Faults of whoever wrote it, which may be this side or the peer. */
const peersToo: ReadonlySet<string> = new Set(["message_too_large", "codec_mismatch"]);

function same(actual: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) throw new Error("what was read is written as something else");
}
