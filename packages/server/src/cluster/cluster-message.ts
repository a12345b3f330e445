// What servers say to each other: one byte for the version, one that tells whether text or a block with binary parts follows,
// and an event envelope whose event is the kind. Everything is read with care: servers of different versions meet while a new
// one is deployed, and others may publish where we listen.

import { decodeEnvelope, encodeEnvelope, type MessageData, WirewayError } from "@wireway/protocol";
import type { Audience } from "../audience.ts";
import type { SocketDescription } from "../remote-socket.ts";

/** Another version is not read. */
export const clusterVersion = 1;

interface Bodies {
  /** A server began; the others answer with `here`. */
  hello: object;
  /** It lives. */
  here: object;
  /** It ends. */
  bye: object;
  /** An encoded event for sockets. */
  emit: Spoken;
  /** The same, with answers. */
  ask: Spoken & { readonly id: number; readonly limitMs?: number };
  /** Which sockets are meant. */
  fetch: Addressed & { readonly id: number };
  join: Addressed & { readonly names: readonly string[] };
  leave: Addressed & { readonly names: readonly string[] };
  disconnect: Addressed & { readonly close: boolean };
  /** All sessions of a user are to end. */
  end_user: { readonly id: number; readonly user: string };
  /** For the application at the other servers. */
  say: { readonly namespace: string; readonly args: readonly [string, ...unknown[]] };
  /** The same, with answers. */
  query: { readonly id: number; readonly namespace: string; readonly args: readonly [string, ...unknown[]] };
  /** For the server that asked; `done` with the last of them. */
  answers: { readonly to: string; readonly id: number; readonly answers: readonly unknown[]; readonly done: boolean };
  /** The sender does not wait for these answers any more. */
  forget: { readonly id: number };
}

interface Addressed extends Audience {
  readonly namespace: string;
}

interface Spoken extends Addressed {
  readonly codec: string;
  readonly data: MessageData;
  readonly volatile?: boolean;
  readonly coalesce?: string;
}

export type ClusterMessageKind = keyof Bodies;
export type ClusterMessage = {
  [Kind in ClusterMessageKind]: Bodies[Kind] & { readonly kind: Kind; readonly from: string };
}[ClusterMessageKind];

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const number: Check = (value) => Number.isSafeInteger(value);
const flag: Check = (value) => typeof value === "boolean";
const list: Check = Array.isArray;
const args: Check = (value) => Array.isArray(value) && text(value[0]);
const data: Check = (value) => text(value) || value instanceof Uint8Array;
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const addressed = { namespace: text, rooms: texts, except: texts };
const spoken = { ...addressed, codec: text, data, volatile: maybe(flag), coalesce: maybe(text) };

const checks: { readonly [Kind in ClusterMessageKind]: Record<keyof Bodies[Kind], Check> } = {
  hello: {},
  here: {},
  bye: {},
  emit: spoken,
  ask: { ...spoken, id: number, limitMs: maybe((value) => typeof value === "number" && value >= 0) },
  fetch: { ...addressed, id: number },
  join: { ...addressed, names: texts },
  leave: { ...addressed, names: texts },
  disconnect: { ...addressed, close: flag },
  end_user: { id: number, user: text },
  say: { namespace: text, args },
  query: { id: number, namespace: text, args },
  answers: { to: text, id: number, answers: list, done: flag },
  forget: { id: number },
};

/** @throws {WirewayError} `not_serializable` */
export function encodeClusterMessage({ kind, from, ...body }: ClusterMessage): Uint8Array {
  const encoded = encodeEnvelope({ type: "event", namespace: "/", args: [kind, from, body] });
  const isText = typeof encoded === "string";
  const bytes = isText ? new TextEncoder().encode(encoded) : encoded;
  const whole = new Uint8Array(2 + bytes.length);
  whole.set([clusterVersion, isText ? 0 : 1]);
  whole.set(bytes, 2);
  return whole;
}

/** @throws {WirewayError} `malformed_envelope` */
export function decodeClusterMessage(whole: Uint8Array): ClusterMessage {
  const [version, form] = whole;
  if (version !== clusterVersion) throw malformed(`version ${version ?? "none"}, this server reads ${clusterVersion}`);
  if (form !== 0 && form !== 1) throw malformed(`form ${form ?? "none"}`);
  const rest = whole.subarray(2);
  const envelope = decodeEnvelope(form === 0 ? readText(rest) : rest);
  if (envelope.type !== "event") throw malformed(envelope.type);
  const [kind, from, body] = envelope.args;
  if (!Object.hasOwn(checks, kind)) throw malformed("an unknown kind");
  if (typeof from !== "string" || typeof body !== "object" || body === null) throw malformed(`${kind} without a body`);
  for (const [name, check] of Object.entries(checks[kind as ClusterMessageKind])) {
    const value: unknown = Object.hasOwn(body, name) ? (body as Record<string, unknown>)[name] : undefined;
    if (!(check as Check)(value)) throw malformed(`${kind} whose ${name} is not what it has to be`);
  }
  return { ...body, kind, from } as ClusterMessage;
}

/** What another server tells of a socket. @throws {WirewayError} `malformed_envelope` */
export function checkDescription(given: unknown): SocketDescription {
  const description = given as Partial<SocketDescription> | null;
  const { id, namespace, rooms, handshake } = description ?? {};
  if (text(id) && text(namespace) && texts(rooms) && typeof handshake === "object" && handshake !== null) {
    return description as SocketDescription;
  }
  throw malformed("a socket that is none");
}

function readText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw malformed("text that is not UTF-8");
  }
}

function malformed(why: string): WirewayError {
  return new WirewayError("malformed_envelope", { why: `another server sent ${why}` });
}
