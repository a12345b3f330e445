// A system under test: how it is served, and how a cheap client speaks to it. The application in each is the least that one
// would write by the library's own documentation.

import type { Task } from "../task.ts";

export interface System {
  readonly name: string;
  /** What its server runs in; Node when missing. */
  readonly runtime?: "bun";
  /** Whether it can do what a task wants; everything when missing. */
  plays?(task: Task): boolean;
  /** Starts a server of it in this process, on a free port of 127.0.0.1, with default options. */
  serve(task: Task): Promise<ServerSide>;
  /** Prepares everything that clients say in a task, once for all of them. */
  client(task: Task): ClientSide;
}

export interface ServerSide {
  readonly port: number;
  /** Does what the task's role says of it. */
  tick(): void;
  /** What is kept for all clients until they confirm it, in bytes. */
  outboxBytes?(): number;
}

export interface ClientSide {
  /** Resolves when the connection is established and the server has taken it for one of its own. */
  connect(target: Target): Promise<Peer>;
}

export interface Target {
  readonly port: number;
  /** Emits once as soon as the protocol lets it, which may be before the server has said anything. */
  readonly eager?: boolean;
  /** So many messages of the application came. */
  readonly heard: (messages: number) => void;
  /** The connection ended, which no scenario expects. */
  readonly lost: (error: Error) => void;
}

export interface Peer {
  /** Says what the task's application waits for, once: all in one tick. */
  emit(): void;
  /** What went over the wire so far. */
  bytes(): { readonly read: number; readonly written: number };
  /**
   * Goes on over a new connection, or begins again where the server has forgotten it; the old connection ends then. Missing
   * in systems that only begin again.
   */
  resume?(port: number): Promise<void>;
  close(): void;
}
