// The JSON inside `open` and `close` packets: how a connection starts, answers, and moves a session. The only packets
// with a base: `first` sets the number of the next message in that direction on that connection.
// Everything a peer says here is checked field by field; unknown fields are ignored, so that the protocol can grow.

import { type CloseReason, closeCode, closeReason, type Ending, ending, nextStep } from "./close-codes.ts";
import { WirewayError } from "./errors.ts";
import type { ControlPacket } from "./packet.ts";
import { defaultTerms, isWhole, type Terms } from "./terms.ts";

/**
 * What a client opens with. Which of `epoch` and `first` are there makes four forms: *claim* (first), *ask* (neither),
 * *belong* (epoch) and *move* (both). Exactly one of `nonce` (from zero) and `token` names the session; on a connection
 * that has been answered both may be left out.
 */
export interface ClientOpen {
  readonly nonce?: string | undefined;
  readonly token?: string | undefined;
  readonly received: number;
  readonly first?: number | undefined;
  readonly epoch?: number | undefined;
  /** A wish: the path cuts what is quiet for longer. Pings come and polls are answered at least this often. */
  readonly pingIntervalMs?: number | undefined;
}

/** What a server answers, and how it starts to speak again later. */
export interface ServerOpen {
  readonly id?: string | undefined;
  readonly token?: string | undefined;
  readonly received: number;
  readonly epoch?: number | undefined;
  readonly first?: number | undefined;
  /** In the answer to a POST: number of the last message that was written down the connection. */
  readonly sent?: number | undefined;
  /** The request named a connection that the server no longer has. */
  readonly gone?: true | undefined;
  /** With the first answer of every connection: what both sides keep to. */
  readonly terms?: Terms | undefined;
}

/** The parts of a server's first answer on a connection. */
type Answer = {
  readonly [Field in "id" | "token" | "received" | "epoch" | "terms"]-?: Exclude<ServerOpen[Field], undefined>;
} & {
  readonly first: number | undefined;
};

/** What a server asks before it goes: leave within this time, and begin the next session there or at the same address. */
export interface Redirect {
  readonly withinMs: number;
  readonly url?: string;
}

/** The terms as text, which a server says in the same words to all. */
const termsTexts = new WeakMap<Terms, string>();

/** A server's first answer on a connection: all strings in it are base64url, which JSON leaves as it is. */
export function answerPacket({ id, token, received, epoch, terms, first }: Answer): ControlPacket {
  const termsText = termsTexts.get(terms) ?? JSON.stringify(terms);
  termsTexts.set(terms, termsText);
  const base = first === undefined ? "" : `,"first":${first}`;
  return {
    type: "open",
    data: `{"id":"${id}","token":"${token}","received":${received},"epoch":${epoch},"terms":${termsText}${base}}`,
  };
}

export function openPacket(open: ClientOpen | ServerOpen): ControlPacket {
  return { type: "open", data: JSON.stringify(open) };
}

/** The same for what requests are answered with: counts alone. */
export function countsPacket(
  { received, epoch }: { readonly received: number; readonly epoch: number },
  name: "first" | "sent",
  value: number,
): ControlPacket {
  return { type: "open", data: `{"received":${received},"epoch":${epoch},"${name}":${value}}` };
}

export function closePacket(reason: CloseReason, message?: string): ControlPacket {
  return { type: "close", data: JSON.stringify({ code: closeCode(reason), reason: message ?? reason }) };
}

export function redirectPacket(redirect: Redirect): ControlPacket {
  return { type: "redirect", data: JSON.stringify(redirect) };
}

/** @throws {WirewayError} `malformed_open` */
export function readRedirect(packet: { readonly data: unknown }): Redirect {
  const { url, withinMs = 0 } = readFields(packet);
  if (!isWhole(withinMs, 0)) throw malformed("withinMs");
  return typeof url === "string" ? { withinMs, url } : { withinMs };
}

/** @throws {WirewayError} `malformed_open` */
export function readClientOpen(packet: { readonly data: unknown } | undefined): ClientOpen {
  const fields = readFields(packet);
  // Field by field and always all of them: every request has one.
  const open: ClientOpen = {
    received: count(fields, "received", 0) ?? 0,
    first: count(fields, "first", 1),
    epoch: count(fields, "epoch", 1),
    pingIntervalMs: count(fields, "pingIntervalMs", 1),
    nonce: secret(fields, "nonce"),
    token: secret(fields, "token"),
  };
  const { nonce, token, received, first = 1, epoch } = open;
  if (nonce !== undefined && (token !== undefined || received !== 0 || first !== 1 || epoch !== undefined)) {
    throw malformed("nonce");
  }
  return open;
}

/** @throws {WirewayError} `malformed_open` */
export function readServerOpen(packet: { readonly data: unknown } | undefined): ServerOpen {
  const fields = readFields(packet);
  const { terms } = fields;
  return {
    received: count(fields, "received", 0) ?? 0,
    first: count(fields, "first", 1),
    epoch: count(fields, "epoch", 1),
    sent: count(fields, "sent", 0),
    id: secret(fields, "id"),
    token: secret(fields, "token"),
    gone: fields["gone"] === true || undefined,
    terms: terms === undefined ? terms : readTerms(terms),
  };
}

/** Whether they are wise is the server's business. */
function readTerms(given: unknown): Terms {
  if (!isObject(given)) throw malformed("terms");
  const terms: Record<string, number> = { ...defaultTerms };
  for (const name of Object.keys(terms)) terms[name] = count(given, name, 0) ?? (terms[name] as number);
  return terms as unknown as Terms;
}

/** What the peer's close packet says; a broken one still closes. */
export function readClose(data: unknown): Ending {
  let code = closeCode("closed");
  let message = "";
  try {
    const fields = JSON.parse(String(data)) as { code?: unknown; reason?: unknown };
    if (Number.isInteger(fields.code)) code = fields.code as number;
    if (typeof fields.reason === "string") message = fields.reason.slice(0, 123);
  } catch {
    // An empty or broken close is a plain one.
  }
  // A code that is a connection's cannot end a session.
  const named = closeReason(code);
  const reason = nextStep(named) === "resume" ? "protocol_error" : named;
  return { ...ending(reason, "remote", message === reason ? undefined : message), code };
}

/** A decimal count, as ping, pong and noop carry it. @throws {WirewayError} `malformed_packet` */
export function readCount(data: unknown): number {
  if (typeof data !== "string" || !/^\d{1,15}$/.test(data)) throw new WirewayError("malformed_packet");
  return Number(data);
}

function readFields(packet: { readonly data: unknown } | undefined): Record<string, unknown> {
  let fields: unknown;
  try {
    fields = JSON.parse(String(packet?.data));
  } catch {
    // Said below.
  }
  if (!isObject(fields)) throw malformed("JSON");
  return fields;
}

function count(fields: Readonly<Record<string, unknown>>, name: string, least: number): number | undefined {
  const value = fields[name];
  if (value === undefined || isWhole(value, least)) return value;
  throw malformed(name);
}

function secret(fields: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || isSecret(value)) return value;
  throw malformed(name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** 22 to 64 characters of base64url. */
function isSecret(value: unknown): value is string {
  return typeof value === "string" && /^[\w-]{22,64}$/.test(value);
}

/** @param why which field is wrong, or what may not be said now. */
export function malformed(why: string): WirewayError {
  return new WirewayError("malformed_open", { why });
}
