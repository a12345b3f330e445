// What a server and its clients do together in a scenario, in words that every system has: the server's application, and
// what a client says to it.
// Not here: how a system says it (systems), how often it is said and what is counted (scenarios).

/**
 * - `echo`: each request is answered with what it brought.
 * - `count`: events are counted; each `together`th of a connection is answered with one event.
 * - `burst`: each request is answered with `together` events.
 * - `broadcast`: `tick()` sends `together` events to everybody.
 * - `rooms`: each client is in one room of ten; `tick()` sends one event to each room.
 * - `churn`: the same, and `tick()` moves every client into the room behind its own.
 */
export type Role = "echo" | "count" | "burst" | "broadcast" | "rooms" | "churn";

/** Clients in a room. */
export const roomSize = 10;

export interface Task {
  readonly role: Role;
  readonly kind: "text" | "binary";
  /** Size of the application's data in a message. */
  readonly bytes: number;
  /** How many messages leave in one tick: requests in flight, or events of a burst or a broadcast. */
  readonly together: number;
  /** What a client says in one tick leaves in one write, which no client of a system with a frame for each message does. */
  readonly gathered?: boolean;
}

/** The application's text in a message: ASCII without anything that JSON escapes. */
export function textOf({ bytes }: Task): string {
  return "abcdefghijklmnopqrstuvwxyz012345".repeat(Math.ceil(bytes / 32)).slice(0, bytes);
}

/** The same as bytes. */
export function bytesOf(task: Task): Buffer {
  return Buffer.from(textOf(task), "latin1");
}

/** How many messages a client hears for what `emit` says once. */
export function heardPerRound({ role, together }: Task): number {
  return role === "count" ? 1 : together;
}

/** How many of the application's messages the round is made of: what a figure is divided by. */
export function messagesPerRound({ together }: Task): number {
  return together;
}
