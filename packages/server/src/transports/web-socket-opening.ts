// The time of a WebSocket before it belongs to a session: until its first frame, which has to begin with a dial, and while it
// is found out whether that may have its session. What comes behind the dial meanwhile is kept.

import type { Connection, ConnectionListener, Packet } from "@wireway/protocol";
import type { Handshake } from "../handshake.ts";
import { EarlyFrames } from "./early-frames.ts";
import type { TransportContext } from "./transport.ts";
import { maxFrameBytes } from "./web-socket-contents.ts";

/** The connection. */
export interface Opener extends Connection {
  /** What comes from now on is a listener's. */
  opened(listener: ConnectionListener): void;
  /** The first frame was none that opens, or nobody could take it. */
  refuse(error: unknown): void;
  /** Whether it is over already. */
  readonly isOver: boolean;
  /** What can be made to bring nothing for a while. */
  readonly source: { pause(): void; resume(): void };
  received(packets: readonly Packet[], bytes: number): void;
}

export class WebSocketOpening {
  readonly #opener: Opener;
  readonly #handshake: Handshake;
  readonly #context: TransportContext;
  /** Once its dial is looked at. */
  #early: EarlyFrames | undefined;

  constructor(opener: Opener, handshake: Handshake, context: TransportContext) {
    this.#opener = opener;
    this.#handshake = handshake;
    this.#context = context;
  }

  /** @throws {WirewayError} what the packets are refused with */
  received(packets: readonly Packet[], bytes: number): void {
    if (!this.#early) {
      this.#dialled(packets);
      return;
    }
    const isKept = this.#early.keep(packets, bytes, maxFrameBytes(this.#context.options.terms.maxMessageBytes));
    if (!isKept) this.#opener.close("overloaded");
  }

  #dialled(packets: readonly Packet[]): void {
    const approval = this.#context.sessions.approveDial(packets, this.#handshake);
    if (!(approval instanceof Promise)) {
      this.#accept(packets, approval);
      return;
    }
    this.#early = new EarlyFrames();
    this.#opener.source.pause();
    approval.then(
      (refusal) => this.#decided(() => this.#accept(packets, refusal)),
      (error: unknown) => this.#decided(() => this.#opener.refuse(error)),
    );
  }

  #decided(decide: () => void): void {
    const opener = this.#opener;
    opener.source.resume();
    if (opener.isOver) return;
    try {
      decide();
    } catch (error) {
      opener.refuse(error);
    }
    for (const [packets, bytes] of this.#early?.all ?? []) opener.received(packets, bytes);
  }

  #accept(packets: readonly Packet[], refusal: Packet | undefined): void {
    const opener = this.#opener;
    const accepted = refusal ? { refusal } : this.#context.sessions.accept(opener, packets, this.#handshake);
    if ("listener" in accepted) {
      opener.opened(accepted.listener);
      return;
    }
    opener.send([accepted.refusal], 0);
    opener.close("unknown_session");
  }
}
