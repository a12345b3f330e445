// One row of the matrix: an obstacle between client and server, how soon the first message has to come through it, what is
// said for how long, and what has to be true then. Data; the same for Node, for browsers, and for other libraries.
// Not here: the rows (rows.ts), who runs them (start-trial.ts, traffic-run.ts), who judges (judge.ts, verdict.ts).
// Source: the table of promises in docs/guide/transports.md.

import type { HostileProxy, Weather } from "@wireway/testkit";

export type TransportName = "websocket" | "streaming" | "polling";

/** A way to the server that somebody else than the testkit's proxy makes, such as a real proxy. */
export interface OtherWay {
  /** Without a slash at the end. */
  readonly url: string;
  /** Cuts every connection, where it can. */
  readonly cut?: () => Promise<void>;
  close(): Promise<void>;
}

export interface Row {
  /** The obstacle, as a plain sentence. */
  readonly name: string;
  /** The testkit's proxy in this weather, or a function that starts something else in front of `127.0.0.1:54321`. */
  readonly way: Partial<Weather> | ((target: string) => Promise<OtherWay>);
  /** Bound of the first message; absent where there is none. */
  readonly start?: StartBound;
  /** What is said for how long; absent where only the start counts. */
  readonly traffic?: Traffic;
  /** How many clients go through it at once, each alone with a server, where one shows too little. @default 1 */
  readonly clients?: number;
  readonly expect: Expectations;
}

/** The time from `connect` to the answer to the first event may be `ms` and so many round trips more than the baseline. */
export interface StartBound {
  readonly ms: number;
  readonly roundTrips: number;
  /**
   * What is taken off first. `machine`: what a bare WebSocket takes to open and to be answered where the network takes no
   * time. `bareWebSocket`: what it takes over the same network.
   */
  readonly beyond: "machine" | "bareWebSocket";
}

/** Both ends say a numbered message every `everyMs`, until the time is up. */
export interface Traffic {
  readonly forMs: number;
  readonly everyMs: number;
  /** Ends early as soon as this transport serves and all events are over. */
  readonly until?: TransportName;
  /** Talk and silence in turns. */
  readonly rhythm?: { readonly talkMs: number; readonly quietMs: number };
  readonly events?: readonly TrafficEvent[];
  /** How often a way that can be told to cuts everything. */
  readonly cutEveryMs?: number;
}

export interface TrafficEvent {
  readonly atMs: number;
  readonly happen: (scene: Scene) => void;
}

/** What an event may touch. */
export interface Scene {
  readonly proxy: HostileProxy;
  /** Tells the page that it is online, as its browser would; nothing happens where there is no page. */
  readonly online: () => void;
}

export interface Expectations {
  /** The transport at the end; absent where chance decides. */
  readonly transport?: TransportName;
  /** WebSockets that got through to the server in the first 25 seconds. */
  readonly openingsMost?: number;
  /** Connections that the way cut because they were idle. */
  readonly idleCuts?: { readonly least: number; readonly most: number };
  /** The code of every `connect_error`; at least one has to come. */
  readonly connectError?: string;
  /** When either end has heard something at last, where the row keeps it waiting. */
  readonly firstHeardMostMs?: number;
  /** How long either end may hear nothing from then on while the other one speaks. */
  readonly silenceMostMs?: number;
  /** The same where the platform tells the client nothing of its network, as in Node. */
  readonly untoldSilenceMostMs?: number;
  /** How long after the beginning the client has noticed that its first connection is dead. */
  readonly noticedMostMs?: number;
  /** Median of the times between losing a connection and having the next one, beyond two round trips. */
  readonly medianReturnMostMs?: number;
}

/** What every row is put through unless it says more. */
export const steadyTraffic: Traffic = { forMs: 25_000, everyMs: 50 };

/** Whether the row is about a slow network. */
export function isFar({ way }: Row): boolean {
  return typeof way !== "function" && (way.latencyMs ?? 0) > 0;
}
