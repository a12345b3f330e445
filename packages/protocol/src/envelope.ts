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

/** Each type's digit on the wire is its place. 5 and 6 are Socket.IO's. */
export const envelopeTypes: readonly (EnvelopeType | undefined)[] = [
  "connect",
  "disconnect",
  "event",
  "ack",
  "connect_error",
  undefined,
  undefined,
  "error",
  "authenticate",
];

/** Longest namespace name, in characters. */
export const maxNamespaceLength = 256;

/** @throws {WirewayError} `not_serializable`: cyclic or too deep, what JSON has no form for, or a toJSON that throws. */
export function encodeEnvelope(envelope: Envelope): MessageData {
  const { type, namespace } = envelope;
  const id = "id" in envelope ? (envelope.id ?? "") : "";
  const head = envelopeTypes.indexOf(type) + (namespace === "/" ? "" : `${namespace},`) + id;
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
  if (!isNamespace(name)) throw new WirewayError("invalid_namespace", { limit: maxNamespaceLength });
  return name;
}

function isNamespace(name: unknown): name is string {
  // The comma ends it on the wire; half a character would arrive as another name.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  const allowed = /^\/[^,?\u0000-\u001f\p{Surrogate}]*$/u;
  return typeof name === "string" && name.length <= maxNamespaceLength && allowed.test(name);
}

// Type digit, namespace up to its comma, acknowledgement id, JSON.
const pattern = /^(\d)(?:(\/[^,]*),)?(\d{1,15})?/;

function decodeText(text: string, parse: (json: string) => unknown): Envelope {
  const [head = "", digit, name, id] = pattern.exec(text) ?? [];
  const json = text.slice(head.length);
  let data: unknown;
  try {
    if (json !== "") data = parse(json);
  } catch (error) {
    throw error instanceof WirewayError ? error : malformed("JSON");
  }
  return envelopeOf(envelopeTypes[Number(digit)], name ?? "/", id === undefined ? id : Number(id), data);
}

/** An envelope of these parts, whoever read them. @throws {WirewayError} `malformed_envelope` when they do not go together. */
export function envelopeOf(
  type: EnvelopeType | undefined,
  namespace: string,
  id: number | undefined,
  data: unknown,
): Envelope {
  if (!isNamespace(namespace)) throw malformed("namespace");
  if (!type || !goTogether(type, id !== undefined, data)) throw malformed(type ?? "type");
  const envelope: Record<string, unknown> = { type, namespace };
  if (id !== undefined) envelope["id"] = id;
  if (data !== undefined) envelope[Array.isArray(data) ? "args" : "data"] = data;
  return envelope as unknown as Envelope;
}

function goTogether(type: EnvelopeType, hasId: boolean, data: unknown): boolean {
  switch (type) {
    case "event":
      return Array.isArray(data) && typeof data[0] === "string";
    case "ack":
      return hasId && Array.isArray(data);
    case "authenticate":
      return hasId && isObject(data);
    case "error":
      return isObject(data) && typeof data["code"] === "string";
    case "connect_error":
      return !hasId && isObject(data) && typeof data["message"] === "string";
    case "connect":
      return !hasId && (data === undefined || isObject(data));
    case "disconnect":
      return !hasId && data === undefined;
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

/** @param why which part is wrong; `JSON` when it is none. */
function malformed(why: string): WirewayError {
  return new WirewayError("malformed_envelope", { why });
}
