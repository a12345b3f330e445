// What applications hear of a namespace: who was let in, what becomes of its rooms, and what other servers said to it.

import { type EventMap, type Events, WirewayError } from "@wireway/protocol";
import type { SocketData } from "./event-name.ts";
import type { Socket } from "./socket.ts";

/** What a namespace tells of. */
export interface NamespaceEvents<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> {
  /** A client was let in. What the handlers return is waited for before the socket hears its first event. */
  connection(socket: Socket<In, Out, Between, Data>): unknown;
  /** Somebody is the first in a room of this server. */
  "create-room"(room: string): unknown;
  /** The last one of this server left a room. */
  "delete-room"(room: string): unknown;
  /** The socket of that id came into a room. */
  "join-room"(room: string, id: string): unknown;
  /** The socket of that id left a room. */
  "leave-room"(room: string, id: string): unknown;
}

const own: ReadonlySet<string> = new Set(["connection", "create-room", "delete-room", "join-room", "leave-room"]);

/** What servers may say to each other. @throws {WirewayError} `invalid_event`, `reserved_event` */
export function checkServerEvent(name: unknown): string {
  if (typeof name !== "string") throw new WirewayError("invalid_event");
  if (own.has(name) || name === "error") throw new WirewayError("reserved_event", { name });
  return name;
}
