// One session, as diagnostics tell of it: its beginning, the times without a connection, the ends of its
// connections, its end.
// Keeps what a message has to tell of the past, and publishes; nothing of the session depends on it.

import type { CloseCause, CloseReason, Ending, Road } from "@wireway/protocol";
import type { DiagnosticLimit } from "./diagnostics.ts";
import type { Peer } from "./peer.ts";
import { tap, tellLimit } from "./taps.ts";

const open = tap("wireway:session:open");
const suspend = tap("wireway:session:suspend");
const resume = tap("wireway:session:resume");
const close = tap("wireway:session:close");
const connectionClose = tap("wireway:connection:close");

/** Limits whose end a session is. That of a rate is told where the rate is known. */
const endings: Partial<Record<CloseReason, DiagnosticLimit>> = {
  too_far_behind: "maxUnconfirmedBytes",
  evicted: "maxSuspendedBytes",
  message_too_large: "maxMessageBytes",
};

/** Told of as closed: one that the session dropped is closed again by its platform. */
const closed = new WeakSet<Road>();

export class Journey {
  readonly #peer: Peer;
  readonly #sinceMs: number;
  /** `new`: on no connection yet. A number: without one since then. */
  #state: "new" | "travelling" | number = "new";

  constructor(peer: Peer) {
    this.#peer = peer;
    this.#sinceMs = peer.clock.now();
    if (open.hasSubscribers) open.publish({ session: this.#id, address: peer.handshake.address });
  }

  /** It moved to another connection, or has lost its own. */
  changed(): void {
    const { current, state } = this.#peer.driver.session;
    const before = this.#state;
    if (!current) {
      this.#state = this.#peer.clock.now();
      if (state === "open" && suspend.hasSubscribers) suspend.publish({ session: this.#id });
      return;
    }
    this.#state = "travelling";
    if (before === "new" || !resume.hasSubscribers) return;
    const suspendedMs = before === "travelling" ? 0 : this.#peer.clock.now() - before;
    resume.publish({ session: this.#id, transport: current.connection.transport, suspendedMs });
  }

  lost(road: Road, { reason, code }: CloseCause): void {
    if (!connectionClose.hasSubscribers || closed.has(road)) return;
    closed.add(road);
    const { transport } = road.connection;
    connectionClose.publish({ session: this.#id, connection: road.epoch, transport, reason, code });
  }

  ended({ reason, by }: Ending): void {
    const limit = by === "local" ? endings[reason] : undefined;
    if (limit) tellLimit(limit, "closed", this.#peer);
    if (!close.hasSubscribers) return;
    const durationMs = this.#peer.clock.now() - this.#sinceMs;
    close.publish({ session: this.#id, user: this.#peer.user, reason, by, durationMs });
  }

  get #id(): string {
    return this.#peer.driver.session.id;
  }
}
