// What a message says: which namespace, which event, its arguments, its acknowledgement id. Text envelopes are Socket.IO
// protocol 5's (`2/ns,7["event",1]`), so that one encoding can serve clients of both; events with binary arguments are one
// binary block (binary-envelope); digits 5 and 6 are its binary types, which are not needed here. Everything is checked:
// what comes out has the shape that its type says.
// Source: https://socket.io/docs/v4/socket-io-protocol/

import { hasBinary, packBinary, unpackBinary } from "./binary-envelope.ts";
import type { Complaint, RefusalData } from "./complaint.ts";
import { WirewayError } from "./errors.ts";
import { parsePlain } from "./json.ts";
import type { MessageData } from "./packet.ts";

/** A client joins a namespace (`data`: its auth), the server admits it (`data`: the socket's id, and what it hands over). */
export interface ConnectEnvelope {
  readonly type: "connect";
  readonly namespace: string;
  readonly data?: Record<string, unknown>;
}
/** Either side leaves a namespace. */
export interface DisconnectEnvelope {
  readonly type: "disconnect";
  readonly namespace: string;
}
/** `args[0]` is the event's name. */
export interface EventEnvelope {
  readonly type: "event";
  readonly namespace: string;
  readonly id?: number;
  readonly args: readonly [string, ...unknown[]];
}
/** The application's answer to the event that carried `id`. */
export interface AckEnvelope {
  readonly type: "ack";
  readonly namespace: string;
  readonly id: number;
  readonly args: readonly unknown[];
}
/** The server refuses a namespace. */
export interface ConnectErrorEnvelope {
  readonly type: "connect_error";
  readonly namespace: string;
  readonly data: RefusalData & { readonly message: string };
}
/** Something was not taken: the event that carried `id`, or, without one, something that nobody waits for. */
export interface ErrorEnvelope {
  readonly type: "error";
  readonly namespace: string;
  readonly id?: number;
  readonly data: Complaint;
}
/** A client shows new auth on a living session. Answered like an event that carried `id`. */
export interface AuthenticateEnvelope {
  readonly type: "authenticate";
  readonly namespace: string;
  readonly id: number;
  readonly data: Record<string, unknown>;
}
export type Envelope =
  | ConnectEnvelope
  | DisconnectEnvelope
  | EventEnvelope
  | AckEnvelope
  | ConnectErrorEnvelope
  | ErrorEnvelope
  | AuthenticateEnvelope;
export type EnvelopeType = Envelope["type"];

/** Each type's name on the wire. */
export const envelopeDigits: Record<EnvelopeType, string> = {
  connect: "0",
  disconnect: "1",
  event: "2",
  ack: "3",
  connect_error: "4",
  error: "7",
  authenticate: "8",
};
export const envelopeTypes: ReadonlyMap<string, EnvelopeType> = new Map(
  Object.entries(envelopeDigits).map(([type, digit]) => [digit, type as EnvelopeType]),
);

/** Longest namespace name, in characters. */
export const maxNamespaceLength = 256;

/** @throws {WirewayError} `not_serializable`: cyclic or too deep, what JSON has no form for, or a toJSON that throws. */
export function encodeEnvelope(envelope: Envelope): MessageData {
  const { type, namespace } = envelope;
  const id = "id" in envelope ? (envelope.id ?? "") : "";
  const head = envelopeDigits[type] + (namespace === "/" ? "" : `${namespace},`) + id;
  const body = "args" in envelope ? envelope.args : "data" in envelope ? envelope.data : undefined;
  if (body === undefined) return head;
  try {
    return hasBinary(body) ? packBinary(head, body) : head + JSON.stringify(body);
  } catch (error) {
    throw notSerializable(error);
  }
}

/** @throws {WirewayError} `malformed_envelope` */
export function decodeEnvelope(message: MessageData): Envelope {
  if (typeof message === "string") return decodeText(message, parsePlain);
  const { text, parse } = unpackBinary(message);
  return decodeText(text, parse);
}

/**
 * @throws {WirewayError} `invalid_namespace`: it must be "/" or "/" and characters other than comma, ?, control ones and
 * surrogates without their other half.
 */
export function checkNamespace(name: unknown): string {
  if (typeof name !== "string" || name[0] !== "/") throw invalidNamespace("must be a string that begins with /");
  if (name.length > maxNamespaceLength) throw invalidNamespace(`is longer than ${maxNamespaceLength} characters`);
  // The comma ends it on the wire; half a character would arrive as another name.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[,?\u0000-\u001f\p{Surrogate}]/u.test(name))
    throw invalidNamespace("must not hold a comma, a question mark, control characters or lone surrogates");
  return name;
}

// Type digit, namespace up to its comma, acknowledgement id, JSON.
const pattern = /^(\d)(?:(\/[^,]*),)?(\d{1,15})?/;

function decodeText(text: string, parse: (json: string) => unknown): Envelope {
  const match = pattern.exec(text);
  const type = envelopeTypes.get(match?.[1] ?? "");
  if (!match || !type) throw malformed("it has no type");
  const json = text.slice(match[0].length);
  const id = match[3] === undefined ? undefined : Number(match[3]);
  return envelopeOf(type, match[2] ?? "/", id, json === "" ? undefined : parseJson(json, parse));
}

/** An envelope of these parts, whoever read them. @throws {WirewayError} `malformed_envelope` when they do not go together. */
export function envelopeOf(type: EnvelopeType, name: string, id: number | undefined, data: unknown): Envelope {
  const namespace = wireNamespace(name);
  if (id !== undefined && !mayHaveId.has(type)) throw malformed(`${type} has an id`);
  switch (type) {
    case "connect":
      if (data === undefined) return { type, namespace };
      if (!isObject(data)) throw malformed("connect data is not an object");
      return { type, namespace, data };
    case "disconnect":
      if (data !== undefined) throw malformed("disconnect has data");
      return { type, namespace };
    case "event":
      if (!Array.isArray(data) || typeof data[0] !== "string") throw malformed("event has no name");
      return id === undefined
        ? { type, namespace, args: data as [string, ...unknown[]] }
        : { type, namespace, id, args: data as [string, ...unknown[]] };
    case "ack":
      if (!Array.isArray(data) || id === undefined) throw malformed("acknowledgement has no id or no arguments");
      return { type, namespace, id, args: data };
    case "connect_error":
      if (!isObject(data) || typeof data["message"] !== "string") throw malformed("connect_error has no message");
      return { type, namespace, data: data as { message: string } };
    case "error":
      if (!isObject(data) || typeof data["code"] !== "string") throw malformed("error has no code");
      return { type, namespace, ...(id !== undefined && { id }), data: data as unknown as Complaint };
    case "authenticate":
      if (!isObject(data) || id === undefined) throw malformed("authenticate has no id or no data");
      return { type, namespace, id, data };
  }
}

const mayHaveId: ReadonlySet<EnvelopeType> = new Set(["event", "ack", "error", "authenticate"]);

function wireNamespace(name: string): string {
  try {
    return checkNamespace(name);
  } catch {
    throw malformed("its namespace is not a valid name");
  }
}

function parseJson(json: string, parse: (json: string) => unknown): unknown {
  try {
    return parse(json);
  } catch (error) {
    throw error instanceof WirewayError ? error : malformed("its data is not JSON");
  }
}

/** What an encoder threw, in words of ours. */
export function notSerializable(error: unknown): WirewayError {
  if (error instanceof WirewayError) return error;
  // Engines print a cyclic value's keys over several lines; the first one says it all.
  const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return new WirewayError("not_serializable", { why });
}

/** An object of fields, not something that a codec makes of bytes. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function malformed(why: string): WirewayError {
  return new WirewayError("malformed_envelope", { why });
}

function invalidNamespace(why: string): WirewayError {
  return new WirewayError("invalid_namespace", { why });
}
