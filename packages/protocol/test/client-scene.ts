// A client's session by itself: connections that it dials, what a server says on them, and time that passes.

import { ClientSession } from "../src/client-session.ts";
import { exchanges } from "../src/exchanges.ts";
import { openPacket } from "../src/open.ts";
import { createMessage, type Packet } from "../src/packet.ts";
import type { Road } from "../src/road.ts";
import type { Terms } from "../src/terms.ts";
import type { Connection, Request } from "../src/transport.ts";
import { connection, drained, passed, pong } from "./recorder.ts";

export const streaming = { lane: "exchange" } as const;
export const polling = { lane: "exchange", polls: true } as const;

export class Scene {
  readonly session: ClientSession;
  now = 0;
  readonly scores: Record<string, number> = { ws: 0, http: 1, poll: 2 };

  constructor(maxUnconfirmedBytes = 1_000_000) {
    const score = (transport: string): number => this.scores[transport] ?? 5;
    this.session = new ClientSession({ nonce: "nonce-nonce-nonce-nonce", maxUnconfirmedBytes, score, exchanges }, 0);
  }

  dial(name: string, more: Partial<Connection> = {}): Road {
    return this.session.dial(connection(name, more), this.now);
  }

  /** The server's first answer on a connection. */
  answer(
    epoch: number,
    { received = 0, first = 1, ...more }: { received?: number; first?: number; terms?: Terms } = {},
  ): Packet {
    return openPacket({ id: "id".repeat(11), token: "token-token-token-token", received, epoch, first, ...more });
  }

  /** A connection that the session is settled on, with everything about that behind it. */
  settled(name = "ws", epoch = 1): Road {
    const road = this.dial(name);
    this.drain();
    const { received, outbox } = this.session.ledger;
    this.receive(road, this.answer(epoch, { received: outbox.acked, first: received + 1 }), pong(outbox.acked));
    this.drain();
    return road;
  }

  receive(road: Road, ...packets: Packet[]): void {
    this.session.receive(road, packets, this.now);
  }

  settle(road: Road, request: Request, answer?: readonly Packet[]): void {
    this.session.settled(road, request, answer, this.now);
  }

  send(...texts: string[]): boolean[] {
    return texts.map((data) => this.session.send(createMessage(data), this.now));
  }

  drain(): string[] {
    return drained(this.session, this.now);
  }

  pass(ms: number): string[] {
    return passed(this, ms);
  }
}
