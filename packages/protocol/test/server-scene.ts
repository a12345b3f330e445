// A server's session by itself: connections that it takes, what a client says on them, and time that passes.

import { type ClientOpen, openPacket } from "../src/open.ts";
import { createMessage, type Packet } from "../src/packet.ts";
import type { Road } from "../src/road.ts";
import { ServerSession } from "../src/server-session.ts";
import { defaultTerms, type Terms } from "../src/terms.ts";
import type { Connection } from "../src/transport.ts";
import { connection, drained, passed } from "./recorder.ts";

export const nonce = "nonce-nonce-nonce-nonce";
export const token = "token-token-token-token";
export const terms = defaultTerms;
export const move = (epoch: number, received = 0, first = 1): Packet => openPacket({ received, epoch, first });

export class Scene {
  readonly session: ServerSession;
  now = 0;

  constructor({ maxUnconfirmedBytes = 1_000_000, ...more }: Partial<Terms> & { maxUnconfirmedBytes?: number } = {}) {
    this.session = new ServerSession(
      { id: "id".repeat(11), token, terms: { ...terms, ...more }, maxUnconfirmedBytes },
      0,
    );
  }

  accept(
    name: string,
    open: ClientOpen = { nonce, received: 0, first: 1 },
    behind: Packet[] = [],
    more: Partial<Connection> = {},
  ): Road {
    return this.session.accept(connection(name, more), open, behind, this.now);
  }

  /** A connection that the session has moved to, with everything about that behind it. */
  settled(name = "ws", more: Partial<Connection> = {}): Road {
    const { acked } = this.session.ledger.outbox;
    const { received } = this.session.ledger;
    const road = this.accept(name, { token, received: acked, first: received + 1 }, [], more);
    this.receive(road, move(road.epoch, acked, received + 1));
    this.drain();
    return road;
  }

  receive(road: Road, ...packets: Packet[]): void {
    this.session.receive(road, packets, this.now);
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

export const hello = (fields: string): string => `open(token terms ${fields})`;
