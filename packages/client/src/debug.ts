// What a socket does, line by line, for whoever looks for a fault: its connections, every dial and what came of it, events in
// both directions. All of it comes from the socket's public API, and nothing of it is in the client that does not import it.

import type { Events } from "@wireway/protocol";
import type { Attempt } from "./dials.ts";
import type { Socket } from "./socket.ts";

/** Where lines go: a line, and behind it an event's arguments where they are wanted. */
export type DebugLog = (line: string, ...args: unknown[]) => void;

/** What else `debug` may tell. */
export interface DebugOptions {
  /** Whether events are logged with their arguments; else with their size alone. @default false */
  readonly args?: boolean;
}

/**
 * Logs what a socket does: what was tried to reach the server, with a verdict for each dial; when it is connected, moves,
 * is refused or over; warnings; events with the size of what they carry. @returns what undoes it.
 */
export function debug<ServerToClient extends Events<ServerToClient>, ClientToServer extends Events<ClientToServer>>(
  socket: Socket<ServerToClient, ClientToServer>,
  // biome-ignore lint/suspicious/noConsole: it is what was asked for
  log: DebugLog = console.debug,
  options: DebugOptions = {},
): () => void {
  const watched = socket as unknown as Socket;
  const say: DebugLog = (line, ...args) => log(`wireway ${quoted(watched.namespace)} ${line}`, ...args);
  let told = new Map<string, string>();

  const dials = (): void => {
    const { attempts } = watched.connection;
    const verdicts = attempts.map((attempt): [string, string] => [
      `${attempt.transport} ${attempt.atMs}`,
      words(attempt),
    ]);
    for (const [dial, verdict] of verdicts) if (told.get(dial) !== verdict) say(`dial ${verdict}`);
    told = new Map(verdicts);
  };
  const event =
    (direction: string) =>
    (name: string, ...args: unknown[]): void =>
      say(`${direction} ${quoted(name)}, ${sizeOf(name, args)}`, ...(options.args ? args : []));

  dials();
  const undo = [
    watched.on("connect", () => say(`connected as ${watched.id}${watched.recovered ? ", recovered" : ""}`)),
    watched.on("connection", ({ transport, roundTripMs }) => {
      dials();
      if (!transport) return say("no connection at present");
      say(`moved to ${transport}${roundTripMs === undefined ? "" : `, round trip ${Math.round(roundTripMs)} ms`}`);
    }),
    watched.on("connect_error", ({ code, message }) => {
      dials();
      say(`not connected: ${code}, ${message}${watched.active ? "; goes on" : ""}`);
    }),
    watched.on("disconnect", (reason, { message }) => {
      dials();
      say(`disconnected: ${reason}, ${message}${watched.active ? "; goes on" : ""}`);
    }),
    watched.on("warning", ({ code, message }) => say(`warning: ${code}, ${message}`)),
    watched.on("drain", () => say("drained")),
    watched.onAny(event("in")),
    watched.onAnyOutgoing(event("out")),
  ];
  return () => {
    for (const off of undo) off();
  };
}

function words({ transport, verdict, endedMs, atMs, code }: Attempt): string {
  const lived = endedMs === undefined ? "" : `, ended after ${Math.round(endedMs - atMs)} ms`;
  return `${transport}: ${verdict}${lived}${code === undefined ? "" : ` (${code})`}`;
}

/** As it is where it is plain; else in quotes, so that a name of the server's is one word of one line. */
function quoted(name: string): string {
  return /^[\w.:/-]+$/.test(name) ? name : JSON.stringify(name);
}

/** What it takes as JSON, with bytes as they are. Other codecs take less. */
function sizeOf(name: string, args: readonly unknown[]): string {
  let bytes = 0;
  const measure = function (this: Record<string, unknown>, key: string, value: unknown): unknown {
    // Node's buffers have turned into something else already.
    const given = this[key];
    if (!(ArrayBuffer.isView(given) || given instanceof ArrayBuffer)) {
      return typeof value === "bigint" ? String(value) : value;
    }
    bytes += given.byteLength;
    return 0;
  };
  const text = JSON.stringify([name, ...args], measure);
  return `${bytes + new TextEncoder().encode(text).length} bytes`;
}
