// The server's end of a simulated world: a registry with its sessions, which may be lost with the process that holds them.

import {
  type CloseReason,
  type Connection,
  type ConnectionListener,
  checkTerms,
  Driver,
  type Ending,
  type Message,
  type Packet,
  type Redirect,
  Registry,
  type Road,
  ServerSession,
  type Terms,
} from "@wireway/protocol";
import type { FakeClock } from "../fake-clock.ts";
import type { History } from "./history.ts";
import type { Doors, Network, PendingAnswer } from "./network.ts";
import { describe } from "./page.ts";

export const simulationTerms: Terms = checkTerms({
  pingIntervalMs: 6_000,
  pingTimeoutMs: 1_500,
  confirmDelayMs: 1_000,
  resumeWindowMs: 30_000,
});

export interface ServerParts {
  readonly clock: FakeClock;
  readonly history: History;
  readonly network: () => Network;
  readonly maxUnconfirmedBytes: number;
  readonly tell: (line: () => string) => void;
  readonly changed: (session: ServerSession) => void;
  readonly lost: (road: Road, reason: CloseReason) => void;
  /** @param name of the client's session, once a message has told it. */
  readonly ended: (
    name: string | undefined,
    session: ServerSession,
    ending: Ending,
    unconfirmed: readonly Message[],
  ) => void;
}

export class ServerEnd implements Doors {
  readonly #parts: ServerParts;
  #registry: Registry;
  #served = 0;
  generation = 0;
  readonly #drivers = new Map<ServerSession, Driver<ServerSession>>();
  readonly #names = new Map<ServerSession, string>();

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#registry = this.#start();
  }

  accept(connection: Connection, packets: readonly Packet[]): ConnectionListener | undefined {
    const accepted = this.#registry.accept(connection, packets);
    if ("listener" in accepted) return this.#ofThisServer(accepted.listener);
    connection.send([accepted.refusal], 0);
    connection.close("unknown_session");
    return undefined;
  }

  request(packets: readonly Packet[], poll: PendingAnswer | undefined): readonly Packet[] | undefined {
    const { answer, road } = this.#registry.request(packets);
    if (!poll || !road) return answer;
    this.#parts.network().poll(road.connection, poll, answer);
    return undefined;
  }

  /** The process ends without a word; another one takes its place. */
  restart(): void {
    this.generation++;
    this.#drivers.clear();
    this.#registry = this.#start();
  }

  redirect(redirect: Redirect): void {
    for (const driver of this.#drivers.values()) driver.run((session) => session.redirect(redirect));
  }

  sessions(): Iterable<ServerSession> {
    return this.#drivers.keys();
  }

  /** The living session of the client's with this name. */
  serving(name: string): Driver<ServerSession> | undefined {
    for (const [session, driver] of this.#drivers) {
      if (session.state === "open" && this.#names.get(session) === name) return driver;
    }
    return undefined;
  }

  /** A connection of a server that is gone reports to nobody. */
  #ofThisServer(listener: ConnectionListener): ConnectionListener {
    const generation = this.generation;
    const here = (): boolean => this.generation === generation;
    return {
      received: (packets) => here() && listener.received(packets),
      settled: (request, answer) => here() && listener.settled(request, answer),
      closed: (cause) => here() && listener.closed(cause),
    };
  }

  #start(): Registry {
    const registry = new Registry({ clock: this.#parts.clock, create: () => this.#create(registry) });
    return registry;
  }

  #create(registry: Registry): Driver<ServerSession> {
    const { clock, history, maxUnconfirmedBytes, tell } = this.#parts;
    const { generation } = this;
    const name = `served${++this.#served}`;
    const options = {
      id: pad(`i${this.#served}`),
      token: pad(`t${this.#served}`),
      terms: simulationTerms,
      maxUnconfirmedBytes,
    };
    const session = new ServerSession(options, clock.now());
    const driver: Driver<ServerSession> = new Driver(session, clock, {
      message: (data) => {
        history.delivered(name, data, "up");
        if (!this.#names.has(session)) this.#names.set(session, String(data).split("/")[0] ?? "");
      },
      changed: () => {
        tell(() => `server is on ${describe(session.current)}`);
        this.#parts.changed(session);
      },
      lost: (road, { reason }) => {
        tell(() => `server lost ${describe(road)}: ${reason}`);
        this.#parts.lost(road, reason);
      },
      redirected: () => undefined,
      progressed: () => undefined,
      ended: (over, unconfirmed) => {
        registry.forget(driver, over);
        this.#drivers.delete(session);
        // What becomes of a server that is gone is nobody's business.
        if (generation === this.generation) this.#parts.ended(this.#names.get(session), session, over, unconfirmed);
      },
    });
    this.#drivers.set(session, driver);
    return driver;
  }
}

/** Ids and tokens have at least 22 characters; these need not be secret. */
export function pad(name: string): string {
  return name.padEnd(22, "-");
}
