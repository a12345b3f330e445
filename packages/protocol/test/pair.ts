// Both ends of one client's sessions over connections that can be cut, muted and lost by hand: a duplex, and polling. Every
// way takes `latencyMs`. Not here: chance; that is the simulation's (packages/testkit).

import { ClientSession } from "../src/client-session.ts";
import type { Ending } from "../src/close-codes.ts";
import { Driver, type DriverListener } from "../src/driver.ts";
import { exchanges } from "../src/exchanges.ts";
import type { MessageData, Packet } from "../src/packet.ts";
import { Registry } from "../src/registry.ts";
import type { Road } from "../src/road.ts";
import { ServerSession } from "../src/server-session.ts";
import { defaultTerms, type Terms } from "../src/terms.ts";
import type { Connection, ConnectionListener } from "../src/transport.ts";
import { TestClock } from "./test-clock.ts";

export const latencyMs = 10;

/** One end's view of what happened. */
export class End {
  readonly messages: MessageData[] = [];
  ended: Ending | undefined;
  unconfirmed: MessageData[] = [];

  get listener(): DriverListener {
    return {
      message: (data) => this.messages.push(data),
      changed: () => undefined,
      lost: () => undefined,
      redirected: () => undefined,
      progressed: () => undefined,
      ended: (ending, unconfirmed) => {
        this.ended = ending;
        this.unconfirmed = unconfirmed.map(({ data }) => data);
      },
    };
  }
}

/** A connection in the hands of a test. */
export interface Line {
  readonly road: Road;
  /** Nothing gets through this way any more, and nobody is told. */
  mute: Record<"up" | "down", boolean>;
  /** Both ends learn that it is over. */
  cut(): void;
}

export class Pair {
  readonly clock = new TestClock();
  readonly client = new End();
  readonly server = new End();
  readonly registry: Registry;
  readonly driver: Driver<ClientSession>;
  /** Sessions that the server has made. */
  sessions = 0;
  #serverDriver: Driver<ServerSession> | undefined;

  constructor({ maxUnconfirmedBytes = 10_000_000, ...more }: Partial<Terms> & { maxUnconfirmedBytes?: number } = {}) {
    const { clock } = this;
    const terms = { ...defaultTerms, ...more };
    this.registry = new Registry({
      clock,
      create: () => {
        const name = String(++this.sessions).padStart(22, "s");
        const session = new ServerSession({ id: name, token: name, terms, maxUnconfirmedBytes }, clock.now());
        const { listener } = this.server;
        const driver: Driver<ServerSession> = new Driver(session, clock, {
          ...listener,
          ended: (ending, unconfirmed) => {
            this.registry.forget(driver, ending);
            listener.ended(ending, unconfirmed);
          },
        });
        this.#serverDriver = driver;
        return driver;
      },
    });
    const score = (transport: string): number => ["duplex", "polling"].indexOf(transport);
    const session = new ClientSession({ nonce: "n".repeat(22), maxUnconfirmedBytes, score, exchanges }, clock.now());
    this.driver = new Driver(session, clock, this.client.listener);
  }

  /** The server's driver of the youngest session. */
  get peer(): Driver<ServerSession> {
    if (!this.#serverDriver) throw new Error("the server has no session");
    return this.#serverDriver;
  }

  duplex(): Line {
    const mute = { up: false, down: false };
    const ends: { client?: ConnectionListener; server?: ConnectionListener | undefined } = {};
    const way = (direction: "up" | "down", arrive: () => void): void => {
      if (!mute[direction]) this.clock.after(latencyMs, () => !mute[direction] && arrive());
    };
    const cut = (): void => {
      mute.up = true;
      mute.down = true;
      this.clock.after(0, () => ends.client?.closed({ reason: "lost" }));
      this.clock.after(0, () => ends.server?.closed({ reason: "lost" }));
    };
    const stream = { transport: "duplex", lane: "stream", polls: false, poll: () => undefined } as const;
    // What was written before a close arrives before it.
    const close = (own: "client" | "server", direction: "up" | "down"): void => {
      this.clock.after(0, () => ends[own]?.closed({ reason: "lost" }));
      way(direction, () => ends[own === "client" ? "server" : "client"]?.closed({ reason: "lost" }));
    };
    const server: Connection = {
      ...stream,
      send: (packets) => way("down", () => ends.client?.received(packets)),
      close: () => close("server", "down"),
    };
    const client: Connection = {
      ...stream,
      send: (packets) =>
        way("up", () => {
          if (ends.server) ends.server.received(packets);
          else ends.server = this.#accept(server, packets);
        }),
      close: () => close("client", "up"),
    };
    const road = this.driver.dial(
      (listener) => {
        ends.client = listener;
        return client;
      },
      (session, connection, now) => session.dial(connection, now),
    );
    return { road, mute, cut };
  }

  polling(): Line {
    const mute = { up: false, down: false };
    let client: ConnectionListener | undefined;
    let server: ConnectionListener | undefined;
    let waiter: ((answer: readonly Packet[]) => void) | undefined;
    const atServer: Connection = {
      transport: "polling",
      lane: "exchange",
      polls: true,
      send: (packets) => {
        const answer = waiter;
        waiter = undefined;
        answer?.(packets);
      },
      poll: () => undefined,
      close: () => this.clock.after(0, () => server?.closed({ reason: "lost" })),
    };
    const request = (kind: "send" | "poll", packets: readonly Packet[], timeoutMs: number): void => {
      let over = false;
      const settle = (answer: readonly Packet[] | undefined): void => {
        if (!over) client?.settled(kind, answer);
        over = true;
      };
      this.clock.after(timeoutMs, () => settle(undefined));
      const respond = (answer: readonly Packet[]): void => {
        if (!mute.down) this.clock.after(latencyMs, () => settle(answer));
      };
      if (mute.up) return;
      this.clock.after(latencyMs, () => {
        if (Registry.dials(packets)) {
          waiter = respond;
          server = this.#accept(atServer, packets);
          return;
        }
        const { answer, road } = this.registry.request(packets);
        if (kind === "send" || !road) return respond(answer);
        waiter?.(answer);
        waiter = respond;
        server?.settled("poll", []);
      });
    };
    const road = this.driver.dial(
      (listener) => {
        client = listener;
        return {
          ...atServer,
          send: (packets, timeoutMs) => request("send", packets, timeoutMs),
          poll: (packets, timeoutMs) => request("poll", packets, timeoutMs),
          close: () => this.clock.after(0, () => client?.closed({ reason: "lost" })),
        };
      },
      (session, connection, now) => session.dial(connection, now),
    );
    const cut = (): void => {
      mute.up = true;
      mute.down = true;
      this.clock.after(0, () => client?.closed({ reason: "lost" }));
      this.clock.after(0, () => server?.closed({ reason: "lost" }));
    };
    return { road, mute, cut };
  }

  #accept(connection: Connection, packets: readonly Packet[]): ConnectionListener | undefined {
    const accepted = this.registry.accept(connection, packets);
    if ("listener" in accepted) return accepted.listener;
    connection.send([accepted.refusal], 0);
    return undefined;
  }
}
