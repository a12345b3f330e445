// The few things that a probe says to a server: it begins a session, moves it to its connection, and ends it. It joins no
// namespace, so that an application never hears of it.
// Source: docs/protocol.md, "ClientOpen" and "Registry".

import { randomBytes } from "node:crypto";
import {
  closePacket,
  decodePayload,
  encodePayload,
  openPacket,
  readServerOpen,
  type ServerOpen,
} from "@wireway/protocol";
import type { Target } from "../target.ts";
import { type Answer, ask } from "./exchange.ts";

/** A session's names, as far as the probe knows them. */
export interface Names {
  readonly token: string;
  readonly epoch: number;
}

export function createNonce(): string {
  return randomBytes(18).toString("base64url");
}

/** Begins a session, or meets the one that this nonce has begun already. */
export function claim(nonce: string): string {
  return encodePayload([openPacket({ nonce, received: 0, first: 1 })]);
}

/** Moves the session to the connection; a ping behind it asks for a round trip. */
export function move({ token, epoch }: Names): string {
  return encodePayload([openPacket({ token, received: 0, epoch, first: 1 }), { type: "ping", data: "0" }]);
}

/** The first poll, which moves the session too. */
export function poll({ token, epoch }: Names): string {
  return encodePayload([openPacket({ token, received: 0, epoch, first: 1 })]);
}

export function ping({ token, epoch }: Names): string {
  return encodePayload([openPacket({ token, received: 0, epoch }), { type: "ping", data: "0" }]);
}

/** Ends the session. */
export function goodbye({ token, epoch }: Names): string {
  return encodePayload([openPacket({ token, received: 0, epoch }), closePacket("closed")]);
}

/** The server's answer to a dial. Undefined when it is none. */
export function namesOf(open: ServerOpen): Names | undefined {
  const { token, epoch } = open;
  return token === undefined || epoch === undefined ? undefined : { token, epoch };
}

/** The `open` that a payload begins with; undefined when it does not. */
export function openIn(text: string): ServerOpen | undefined {
  try {
    return readServerOpen(decodePayload(text).find(({ type }) => type === "open"));
  } catch {
    return undefined;
  }
}

/** A POST of packets. @throws {ExchangeFailure} */
export function post(
  target: Target,
  transport: string,
  request: "" | "send" | "poll" | "ticket",
  body: string,
  timeoutMs?: number,
): Promise<Answer> {
  return ask(target, {
    method: "POST",
    query: { transport, ...(request !== "" && { request }) },
    body,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
}

/** Says the last words over polling, which gets through when anything does. Never rejects. */
export async function end(target: Target, names: Names | undefined): Promise<void> {
  if (names) await post(target, "polling", "send", goodbye(names)).catch(() => undefined);
}

/**
 * Looks from the side at what became of a dial that was not answered, and ends its session if there is one.
 * @returns whether the server had heard the dial; undefined when it cannot be asked.
 */
export async function heardOf(target: Target, nonce: string): Promise<boolean | undefined> {
  try {
    const { text } = await post(target, "polling", "", claim(nonce));
    const names = namesOf(openIn(text) ?? { received: 0 });
    await end(target, names);
    // Each connection that a session accepts gets the next epoch.
    return names && names.epoch > 1;
  } catch {
    return undefined;
  }
}
