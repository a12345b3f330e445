// A connection with both its ends, and how it is cut or closed: each end learns of it in its own time, or never.

import type { CloseCause, CloseReason, Connection, ConnectionListener, Lane, Packet } from "@wireway/protocol";
import type { Kind } from "./faults.ts";
import { Violation } from "./history.ts";
import type { Network } from "./network.ts";
import type { Wire } from "./wire.ts";

const lost: CloseCause = { reason: "lost" };

export class Cable {
  readonly network: Network;
  readonly kind: Kind;
  /** The client's ear, and the server's once it took the connection. */
  readonly listener: ConnectionListener;
  serverListener: ConnectionListener | undefined;
  clientOver = false;
  serverOver = false;
  readonly wires: Wire[] = [];
  /** How often the network changed under it. */
  strandings = 0;
  #movedAt = 0;

  constructor(network: Network, kind: Kind, listener: ConnectionListener) {
    this.network = network;
    this.kind = kind;
    this.listener = listener;
  }

  /** Both directions end now; each end learns of it, or (not `told`) perhaps never. */
  cut(told: boolean): void {
    if (this.#isLeftBehind) return;
    const { clock, random } = this.network.parts;
    for (const wire of this.wires) wire.cut(clock.now());
    if (told || random.chance(0.5)) clock.after(random.int(0, 50), () => this.endClient());
    if (told || random.chance(0.5)) clock.after(random.int(0, 50), () => this.endServer());
    this.network.forget(this);
  }

  /** The network changed: what is under way is lost, and nobody learns of it. */
  strand(): void {
    this.strandings++;
    for (const wire of this.wires) wire.cut(this.network.parts.clock.now());
  }

  /** Something moved where an impatient proxy looks. */
  touch(): void {
    this.#movedAt = this.network.parts.clock.now();
  }

  /** From now on it is cut when nothing has moved for too long. */
  watchQuiet(): void {
    const { clock, faults } = this.network.parts;
    const { cutsQuietMs } = faults.habits[this.kind];
    if (cutsQuietMs === Number.POSITIVE_INFINITY) return;
    this.touch();
    const look = (): void => {
      // What the network left behind no proxy hears of.
      if (this.clientOver || this.serverOver || this.strandings > 0) return;
      const leftMs = this.#movedAt + cutsQuietMs - clock.now();
      if (leftMs > 0) {
        clock.after(leftMs, look);
        return;
      }
      this.network.countQuietCut(this.kind);
      this.cut(true);
    };
    clock.after(cutsQuietMs, look);
  }

  /** Polls are exchanges of their own; everything else is gone with the network that it was opened on. */
  get #isLeftBehind(): boolean {
    return this.strandings > 0 && this.kind !== "polling";
  }

  endClient(cause: CloseCause = lost): void {
    if (this.clientOver) return;
    this.clientOver = true;
    this.listener.closed(cause);
  }

  endServer(): void {
    if (this.serverOver) return;
    this.serverOver = true;
    this.serverListener?.closed(lost);
  }

  /** One end closed: it hears back at once, the other after the way, behind everything that was written before. */
  close(end: "client" | "server"): void {
    const { clock, faults } = this.network.parts;
    const { latencyMs, jitterMs } = faults.habits[this.kind];
    const wayMs = 2 * (latencyMs + jitterMs) + 1;
    if (end === "client" || !this.#isLeftBehind) clock.after(end === "client" ? 0 : wayMs, () => this.endClient());
    if (end === "server" || !this.#isLeftBehind) clock.after(end === "server" ? 0 : wayMs, () => this.endServer());
    this.network.forget(this);
  }

  accept(server: Connection, packets: readonly Packet[]): void {
    this.serverListener = this.network.parts.server().accept(server, packets);
    if (!this.serverListener) this.serverOver = true;
  }

  /**
   * The server's end of a stream, whose buffer is full for a while after every third write. Without chance, so that
   * whatever else befalls it does so as before.
   */
  serverStream(ways: { send: (packets: readonly Packet[]) => void; close: (reason: CloseReason) => void }): Connection {
    let writes = 0;
    let isFull = false;
    const send = (packets: readonly Packet[]): void => {
      if (isFull) throw new Violation("a stream was written to while it was full");
      ways.send(packets);
      if (++writes % 3 !== 0) return;
      isFull = true;
      this.network.parts.clock.after(20, () => {
        isFull = false;
        if (!this.serverOver) this.serverListener?.settled("send", []);
      });
    };
    return Object.defineProperty(this.end("stream", { ...ways, send }), "isFull", { get: () => isFull });
  }

  /** One end's connection, as the protocol's contract wants it. */
  end(
    lane: Lane,
    ways: Partial<Pick<Connection, "send" | "poll">> & { close: (reason: CloseReason) => void },
  ): Connection {
    return {
      transport: this.kind,
      lane,
      polls: ways.poll !== undefined,
      send: () => undefined,
      poll: () => undefined,
      ...ways,
    };
  }
}
