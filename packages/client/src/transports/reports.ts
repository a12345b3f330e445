// Keeps one connection's reports within the contract, whatever order the platform's callbacks come in: never from inside a
// call, one end, nothing after it.

import type { Clock, CloseCause, CloseReason, ConnectionListener, Packet, Request } from "@wireway/protocol";

export class Reports {
  readonly #clock: Clock;
  readonly #listener: ConnectionListener;
  readonly #release: () => void;
  over = false;

  /** @param release lets go of what the platform holds for the connection. */
  constructor(clock: Clock, listener: ConnectionListener, release: () => void) {
    this.#clock = clock;
    this.#listener = listener;
    this.#release = release;
  }

  received(packets: readonly Packet[]): void {
    if (!this.over) this.#listener.received(packets);
  }

  settled(request: Request, answer: readonly Packet[] | undefined, code?: number): void {
    if (!this.over) this.#listener.settled(request, answer, code);
  }

  /** The platform, or the peer, ended it. */
  lost(cause: Partial<CloseCause>): void {
    this.#end({ reason: "lost", ...cause });
  }

  /** This side ends it. */
  close(reason: CloseReason): void {
    this.#end({ reason });
  }

  #end(cause: CloseCause): void {
    if (this.over) return;
    this.over = true;
    this.#release();
    this.#clock.defer(() => this.#listener.closed(cause));
  }
}
