// Where the server's code tells its diagnostics: one function for each thing that happens, called in one line. Without a
// subscriber it returns before it looks at anything.
// Not here: what the channels carry (diagnostics), what needs to know the session's past (journey).

import { channel } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import {
  type CloseReason,
  type Driver,
  type ErrorCode,
  type Message,
  type MessageData,
  type Road,
  type ServerSession,
  utf8Length,
  WirewayError,
} from "@wireway/protocol";
import { errorParts } from "./answer.ts";
import type { DiagnosticLimit, DiagnosticMessages, DiagnosticName } from "./diagnostics.ts";
import { type Dialect, eventOf } from "./dialect.ts";
import { nameOf } from "./event-names.ts";
import type { Outcome } from "./outflow.ts";
import type { SocketHost } from "./socket-host.ts";

/** Node's channel, with the type of what goes through it. */
export interface Tap<Name extends DiagnosticName> {
  readonly hasSubscribers: boolean;
  publish(message: DiagnosticMessages[Name]): void;
}

export function tap<Name extends DiagnosticName>(name: Name): Tap<Name> {
  return channel(name);
}

/** The part of a socket that is told. */
export interface Told {
  readonly id: string;
  readonly namespace: string;
}

/** The part of a session's peer that is told. */
type Host = Pick<SocketHost, "driver" | "user">;

type LimitOutcome = DiagnosticMessages["wireway:limit"]["outcome"];

/** Limits that requests meet, by the code of their error. */
const requestLimits: Partial<Record<ErrorCode, DiagnosticLimit>> = {
  too_many_sessions: "maxSessions",
  too_many_handshakes: "maxHandshakes",
  body_too_large: "maxBodyBytes",
  body_timeout: "bodyTimeoutMs",
  middleware_timeout: "middlewareTimeoutMs",
};

const open = tap("wireway:connection:open");
const connect = tap("wireway:socket:connect");
const refuse = tap("wireway:socket:refuse");
const disconnect = tap("wireway:socket:disconnect");
const eventIn = tap("wireway:event:in");
const eventOut = tap("wireway:event:out");
const limits = tap("wireway:limit");
const requestRefuse = tap("wireway:request:refuse");
const failure = tap("wireway:error");

export function tellOpen(road: Road, address: string, driver: Driver<ServerSession>): void {
  if (!open.hasSubscribers) return;
  const {
    epoch: connection,
    connection: { transport },
  } = road;
  open.publish({ session: driver.session.id, connection, transport, address });
}

export function tellConnect(socket: Told, host: Host): void {
  if (!connect.hasSubscribers) return;
  const { id, namespace } = socket;
  connect.publish({ session: host.driver.session.id, socket: id, namespace, user: host.user });
}

export function tellRefuse(namespace: string, data: { reason?: string; message: string }, host: Host): void {
  if (!refuse.hasSubscribers) return;
  // The application's words may hold anything; its word for programs, and ours, do not.
  const reason = data.reason ?? (data.message === "unknown_namespace" ? data.message : undefined);
  refuse.publish({ session: host.driver.session.id, namespace, reason });
}

export function tellDisconnect(socket: Told, host: Host, ending: { readonly reason: CloseReason }): void {
  if (!disconnect.hasSubscribers) return;
  const { id, namespace } = socket;
  disconnect.publish({ session: host.driver.session.id, socket: id, namespace, reason: ending.reason });
}

export function tellEventIn(event: string, data: MessageData, socket: Told, host: Host): void {
  if (!eventIn.hasSubscribers) return;
  const { id, namespace } = socket;
  const bytes = typeof data === "string" ? utf8Length(data) : data.byteLength;
  eventIn.publish({ session: host.driver.session.id, socket: id, namespace, event, bytes });
}

export function tellEventOut(message: Message, outcome: Outcome, dialect: Dialect, socket: Told, host: Host): void {
  if (outcome === "dropped") return tellLimit("volatileBytes", "dropped", host);
  if (!eventOut.hasSubscribers || outcome === "over") return;
  const { id, namespace } = socket;
  // What another server said is read back.
  const event = nameOf(message) ?? eventOf(dialect, message)?.[0] ?? "";
  eventOut.publish({ session: host.driver.session.id, socket: id, namespace, event, bytes: message.bytes });
}

/** Whether somebody wants to hear of each event that goes out to each socket. */
export function hearsEventsOut(): boolean {
  return eventOut.hasSubscribers;
}

export function tellLimit(limit: DiagnosticLimit, outcome: LimitOutcome, host: Host): void {
  if (!limits.hasSubscribers) return;
  limits.publish({ limit, outcome, session: host.driver.session.id, address: undefined });
}

/** A request was refused, and by that perhaps at a limit. */
export function tellRequest(error: unknown, request: Pick<IncomingMessage, "method" | "socket">): void {
  if (!requestRefuse.hasSubscribers && !limits.hasSubscribers) return;
  const address = request.socket.remoteAddress;
  const code = error instanceof WirewayError ? error.code : "internal";
  const { status } = errorParts(error);
  if (requestRefuse.hasSubscribers) requestRefuse.publish({ code, status, method: request.method ?? "", address });
  const limit = error instanceof WirewayError ? requestLimits[error.code] : undefined;
  if (limit && limits.hasSubscribers) limits.publish({ limit, outcome: "refused", session: undefined, address });
}

export function tellError(error: unknown, context: { readonly event?: string; readonly socket?: Told }): void {
  if (!failure.hasSubscribers) return;
  const { event, socket } = context;
  failure.publish({ error, event, socket: socket?.id, namespace: socket?.namespace });
}
