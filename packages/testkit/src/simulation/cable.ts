// A connection with both its ends, and how it is cut or closed: each end learns of it in its own time, or never.

import type { CloseCause, CloseReason, Connection, ConnectionListener, Lane, Packet } from "@wireway/protocol";
import type { Kind } from "./faults.ts";
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

  constructor(network: Network, kind: Kind, listener: ConnectionListener) {
    this.network = network;
    this.kind = kind;
    this.listener = listener;
  }

  /** Both directions end now; each end learns of it, or (not `told`) perhaps never. */
  cut(told: boolean): void {
    const { clock, random } = this.network.parts;
    for (const wire of this.wires) wire.cut(clock.now());
    if (told || random.chance(0.5)) clock.after(random.int(0, 50), () => this.endClient());
    if (told || random.chance(0.5)) clock.after(random.int(0, 50), () => this.endServer());
    this.network.forget(this);
  }

  endClient(): void {
    if (this.clientOver) return;
    this.clientOver = true;
    this.listener.closed(lost);
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
    clock.after(end === "client" ? 0 : wayMs, () => this.endClient());
    clock.after(end === "server" ? 0 : wayMs, () => this.endServer());
    this.network.forget(this);
  }

  accept(server: Connection, packets: readonly Packet[]): void {
    this.serverListener = this.network.parts.server().accept(server, packets);
    if (!this.serverListener) this.serverOver = true;
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
