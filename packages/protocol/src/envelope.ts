// What a message says: which namespace, which event, its arguments, its acknowledgement id. Text envelopes are Socket.IO
// protocol 5's (`2/ns,7["event",1]`), so that one encoding can serve clients of both; events with binary arguments are one
// binary block (binary-envelope). Everything is checked here: what comes out has the shape that its type says.
// Source: https://socket.io/docs/v4/socket-io-protocol/

import { hasBinary, packBinary, unpackBinary } from "./binary-envelope.ts";
import { WirewayError } from "./errors.ts";
import type { MessageData } from "./packet.ts";

/** A client joins a namespace (`data`: its auth), the server admits it (`data`: the socket's id). */
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
  readonly data: { readonly message: string; readonly data?: unknown };
}
export type Envelope = ConnectEnvelope | DisconnectEnvelope | EventEnvelope | AckEnvelope | ConnectErrorEnvelope;
export type EnvelopeType = Envelope["type"];

const digits: Record<EnvelopeType, string> = {
  connect: "0",
  disconnect: "1",
  event: "2",
  ack: "3",
  connect_error: "4",
};
const types = Object.entries(digits).map(([type]) => type as EnvelopeType);

/** Longest namespace name, in characters. */
export const maxNamespaceLength = 256;

/** @throws {WirewayError} `not_serializable`: cyclic or too deep, a BigInt, or a toJSON or getter that throws. */
export function encodeEnvelope(envelope: Envelope): MessageData {
  const { type, namespace } = envelope;
  const id = type === "event" || type === "ack" ? (envelope.id ?? "") : "";
  const head = digits[type] + (namespace === "/" ? "" : `${namespace},`) + id;
  if (type === "disconnect") return head;
  if (type === "connect" || type === "connect_error") return head + (envelope.data ? stringify(envelope.data) : "");
  try {
    return hasBinary(envelope.args) ? packBinary(head, envelope.args) : head + JSON.stringify(envelope.args);
  } catch (error) {
    throw notSerializable(error);
  }
}

/** @throws {WirewayError} `malformed_envelope` */
export function decodeEnvelope(message: MessageData): Envelope {
  if (typeof message === "string") return decodeText(message, JSON.parse);
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
const pattern = /^([0-4])(?:(\/[^,]*),)?(\d{1,15})?/;

function decodeText(text: string, parse: (json: string) => unknown): Envelope {
  const match = pattern.exec(text);
  if (!match) throw malformed("it has no type");
  const type = types[Number(match[1])] as EnvelopeType;
  const namespace = match[2] === undefined ? "/" : wireNamespace(match[2]);
  const json = text.slice(match[0].length);
  const data = json === "" ? undefined : parseJson(json, parse);
  const id = match[3] === undefined ? undefined : Number(match[3]);
  if (id !== undefined && type !== "event" && type !== "ack") throw malformed(`${type} has an id`);
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
  }
}

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

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw notSerializable(error);
  }
}

function notSerializable(error: unknown): WirewayError {
  if (error instanceof WirewayError) return error;
  // Engines print a cyclic value's keys over several lines; the first one says it all.
  const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  return new WirewayError("not_serializable", { why });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(why: string): WirewayError {
  return new WirewayError("malformed_envelope", { why });
}

function invalidNamespace(why: string): WirewayError {
  return new WirewayError("invalid_namespace", { why });
}
