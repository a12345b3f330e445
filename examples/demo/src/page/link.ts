// This tab's socket, and its story in plain words: what it travels on, when it lost its way, when a session ended.
// Not here: what is said over it.

import { type ConnectionInfo, connect, polling, type Socket, sse, streaming, webSocket } from "@wireway/client";
import type { ClientToServer, ServerToClient } from "../shared/events.ts";
import type { Identity } from "./identity.ts";
import type { Log } from "./log.ts";
import { countWords, durationWords, type TransportName, transportNames, transportWords } from "./words.ts";

const transports = { websocket: webSocket, streaming, sse, polling };

export type DemoSocket = Socket<ServerToClient, ClientToServer>;

/** The transport that the address asks for; undefined is all of them, the best first. */
export function askedTransport(): TransportName | undefined {
  const asked = new URLSearchParams(location.search).get("transport") ?? "";
  return Object.hasOwn(transportNames, asked) ? (asked as TransportName) : undefined;
}

/** @param tint the colour that this tab had last, to be asked for again in a new session */
export function openSocket({ name }: Identity, tint: () => number | undefined): DemoSocket {
  const asked = askedTransport();
  return connect<ServerToClient, ClientToServer>("/", {
    auth: () => ({ name, tint: tint() }),
    ...(asked !== undefined && { transports: [transports[asked]()] }),
  });
}

/** Counts what came of the socket, and writes it into the log. */
export class Link {
  readonly #log: Log;
  readonly #onChange: () => void;
  /** Whether the present session was admitted. */
  #isAdmitted = false;
  #transport: string | undefined;
  #lostAtMs: number | undefined;
  #sessions = 0;
  #moves = 0;

  constructor(socket: DemoSocket, log: Log, onChange: () => void) {
    this.#log = log;
    this.#onChange = onChange;
    socket.on("connect", () => this.#connected(socket));
    socket.on("connection", (info) => this.#moved(info));
    socket.on("connect_error", ({ code, message }) => {
      const goesOn = code === "unreachable" || code === "intercepted";
      log.add("bad", `${sentence(message)} ${goesOn ? "Still trying." : "Not trying again."}`, { announce: !goesOn });
    });
    socket.on("disconnect", (reason, { message, unconfirmed }) => {
      this.#isAdmitted = false;
      this.#lostAtMs ??= performance.now();
      const count = countWords(unconfirmed.length, "unconfirmed message");
      const words = `The session ended (${reason}): ${message}. ${count} handed back.`;
      log.add("bad", words, { announce: true });
      onChange();
    });
  }

  get transport(): string | undefined {
    return this.#transport;
  }

  get sessions(): number {
    return this.#sessions;
  }

  /** How many times the session took another connection, the first one included. */
  get moves(): number {
    return this.#moves;
  }

  #connected(socket: DemoSocket): void {
    this.#isAdmitted = true;
    this.#sessions += 1;
    this.#lostAtMs = undefined;
    this.#transport = socket.connection.transport ?? this.#transport;
    const over = this.#transport === undefined ? "" : ` over ${transportWords(this.#transport)}`;
    const words = this.#sessions === 1 ? `Connected${over}.` : `A new session began${over}.`;
    this.#log.add("good", words, { announce: true });
    this.#onChange();
  }

  #moved({ transport }: ConnectionInfo): void {
    const before = this.#transport;
    this.#transport = transport;
    if (transport !== undefined) this.#moves += 1;
    if (this.#isAdmitted) this.#tell(transport, before);
    this.#onChange();
  }

  #tell(transport: string | undefined, before: string | undefined): void {
    if (transport === undefined) {
      this.#lostAtMs = performance.now();
      this.#log.add("bad", `${transportWords(before)} was lost. The session waits, and so do messages.`);
    } else if (this.#lostAtMs !== undefined) {
      const away = durationWords(performance.now() - this.#lostAtMs);
      this.#lostAtMs = undefined;
      const words = `Back over ${transportWords(transport)} after ${away}, in the same session.`;
      this.#log.add("good", words, { announce: transport !== before });
    } else if (before !== transport) {
      const words = `Moved from ${transportWords(before)} to ${transportWords(transport)}.`;
      this.#log.add("plain", words, { announce: true });
    }
  }
}

/** As a sentence of its own. */
function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}
