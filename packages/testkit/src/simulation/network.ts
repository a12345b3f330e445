// The simulated network between clients and a server: dials connections of each kind and does to them what the seed's
// faults say. Works on packets; bytes and framings have tests of their own.

import type { Connection, ConnectionListener, Packet } from "@wireway/protocol";
import type { FakeClock } from "../fake-clock.ts";
import type { Random } from "../random.ts";
import type { Cable } from "./cable.ts";
import { dialDuplex } from "./duplex.ts";
import type { Faults, Kind } from "./faults.ts";
import { HttpRoad } from "./http.ts";

export type PendingAnswer = (packets: readonly Packet[]) => void;

/** What the network needs of a server. */
export interface Doors {
  /** Which server runs, counted over restarts. */
  readonly generation: number;
  /** The first packets of a connection. @returns its listener, or undefined when it was refused (and told so). */
  accept(connection: Connection, packets: readonly Packet[]): ConnectionListener | undefined;
  /** A later request. @returns its answer, or undefined when `poll` keeps it waiting. */
  request(packets: readonly Packet[], poll: PendingAnswer | undefined): readonly Packet[] | undefined;
}

export interface NetworkParts {
  readonly clock: FakeClock;
  readonly random: Random;
  /** Read anew at every step, so that the weather can clear up. */
  faults: Faults;
  /** Whichever server runs now. */
  readonly server: () => Doors;
  /** Shows the checkers what is written on each connection. */
  readonly watch: (writer: "client" | "server", connection: Connection, packets: readonly Packet[]) => void;
}

export class Network {
  readonly parts: NetworkParts;
  readonly #living = new Set<Cable>();
  readonly #cables = new WeakMap<Connection, { readonly carries: boolean }>();
  /** Connections and polls that were cut for being quiet. */
  readonly quietCuts: Record<Kind, number> = { websocket: 0, streaming: 0, polling: 0 };
  /** Bodies that were refused for being large. */
  refusals = 0;
  readonly #polls = new WeakMap<Connection, (answer: PendingAnswer, superseded: readonly Packet[]) => void>();

  constructor(parts: NetworkParts) {
    this.parts = parts;
  }

  dial(kind: Kind, listener: ConnectionListener): Connection {
    const { clock, random, faults } = this.parts;
    const road = kind === "websocket" ? dialDuplex(this, listener) : new HttpRoad(this, kind, listener);
    const { cable, client } = road;
    this.#living.add(cable);
    this.#cables.set(client, road);
    const { killedAfterMs, latencyMs } = faults.habits[kind];
    if (killedAfterMs < Number.POSITIVE_INFINITY) {
      clock.after(killedAfterMs + 2 * latencyMs, () => cable.cut(random.chance(0.85)));
    }
    return client;
  }

  forget(cable: Cable): void {
    this.#living.delete(cable);
  }

  /** Whether the client's connection still carries both ways, whatever its ends believe. */
  carries(client: Connection): boolean {
    return this.#cables.get(client)?.carries ?? false;
  }

  countQuietCut(kind: Kind): void {
    this.quietCuts[kind]++;
  }

  countRefused(): void {
    this.refusals++;
  }

  /** Everything that lives becomes a black hole, and nobody is told. */
  strandAll(): void {
    for (const cable of [...this.#living]) cable.strand();
  }

  /** Last words of a page that is gone: they arrive at once, late, twice, or never. */
  farewell(arrive: () => void): void {
    const { clock, random, faults } = this.parts;
    const wayMs = faults.habits.polling.latencyMs;
    const fate = random.pick(["comes", "late", "twice", "lost"] as const);
    const lateMs = random.int(0, 40_000);
    if (fate === "lost") return;
    clock.after(fate === "late" ? wayMs + lateMs : wayMs, arrive);
    if (fate === "twice") clock.after(wayMs + lateMs, arrive);
  }

  /** Cuts everything that lives; some ends never learn of it. */
  cutAll(): void {
    for (const cable of [...this.#living]) cable.cut(this.parts.random.chance(0.85));
  }

  /** A server's end of a polling connection, and how a poll is made to wait there. */
  keep(server: Connection, wait: (answer: PendingAnswer, superseded: readonly Packet[]) => void): void {
    this.#polls.set(server, wait);
  }

  /** A poll belongs to this connection: it waits for what the session writes next. */
  poll(server: Connection, answer: PendingAnswer, superseded: readonly Packet[]): void {
    this.#polls.get(server)?.(answer, superseded);
  }
}
