// One server's sessions, one after the other: each carries the sockets of all namespaces, and when it ends in a way that a
// new one can mend, the sockets join that. Also what driver, connector and sockets tell each other.
// Not here: rules of the session (protocol), of dialling (connector), of one socket (membership).

import {
  ClientSession,
  closeCodes,
  Driver,
  type DriverListener,
  decodeEnvelope,
  type Ending,
  type MessageData,
  type Road,
  WirewayError,
} from "@wireway/protocol";
import { Connector } from "./connector.ts";
import { Membership, type MembershipListener } from "./membership.ts";
import type { Auth, ResolvedOptions } from "./options.ts";
import { type ClientEnvironment, createNonce, type Environment } from "./platform.ts";
import type { ConnectionInfo } from "./socket-events.ts";

/** One session and who takes part in it. */
interface Run {
  readonly driver: Driver<ClientSession>;
  readonly members: Map<string, Membership>;
  road: Road | undefined;
}

export class Client {
  readonly #options: ResolvedOptions;
  readonly #environment: ClientEnvironment;
  readonly #connector: Connector;
  readonly #idle: (client: Client) => void;
  #run: Run | undefined;
  #forgetWake: (() => void) | undefined;

  /** @param idle nobody takes part any more, until somebody joins again. */
  constructor(url: URL, options: ResolvedOptions, environment: Environment, idle: (client: Client) => void) {
    const { headers, credentials, maxMessageBytes, fetch, WebSocket } = options;
    this.#options = options;
    this.#idle = idle;
    this.#environment = {
      ...environment,
      ...(fetch && { fetch }),
      ...(WebSocket && { openWebSocket: (address) => new WebSocket(address) }),
      style: { headers, credentials, maxMessageBytes },
    };
    const { clock, random } = environment;
    const transports = new Map(options.transports.map((transport) => [transport.name, transport]));
    this.#connector = new Connector({
      options,
      clock,
      random,
      transports: [...transports.keys()],
      dial: (name, listener) => {
        const transport = transports.get(name) as (typeof options.transports)[number];
        return transport.dial(url, this.#environment, listener);
      },
      unreachable: (why) => {
        const error = new WirewayError("unreachable", why ? { why } : {});
        for (const { listener } of [...(this.#run?.members.values() ?? [])]) listener.failed(error);
      },
    });
  }

  /** The way messages go at present; undefined while there is none. */
  get connection(): ConnectionInfo | undefined {
    return describe(this.#run?.driver.session.current);
  }

  /** Whether a socket in this namespace takes part already. */
  has(namespace: string): boolean {
    return this.#run?.members.has(namespace) ?? false;
  }

  /** Takes part in the session that runs, or begins one. */
  join(
    namespace: string,
    auth: Auth | undefined,
    listener: MembershipListener,
    when: "at once" | "after a pause",
  ): Membership {
    const { maxUnconfirmedBytes, highWaterBytes } = this.#options;
    const run = this.#run ?? this.#begin(when);
    const membership = new Membership({
      namespace,
      driver: run.driver,
      clock: this.#environment.clock,
      maxUnconfirmedBytes,
      highWaterBytes,
      listener,
      release: (over) => this.#released(run, over),
    });
    run.members.set(namespace, membership);
    membership.join(auth);
    return membership;
  }

  /** The last one to leave ends the session, and hears what came of its events when that is done. */
  leave(membership: Membership): void {
    const run = this.#run;
    if (run?.members.get(membership.namespace) !== membership) return;
    if (run.members.size > 1) membership.leave();
    else this.#stop(run);
  }

  #begin(when: "at once" | "after a pause"): Run {
    const { clock, onWake } = this.#environment;
    const session = new ClientSession(
      {
        nonce: createNonce(),
        maxUnconfirmedBytes: this.#options.maxUnconfirmedBytes,
        score: (transport) => this.#connector.score(transport),
      },
      clock.now(),
    );
    const driver = new Driver(
      session,
      clock,
      this.#listener(() => run),
    );
    const run: Run = { driver, members: new Map(), road: undefined };
    this.#run = run;
    this.#forgetWake ??= onWake(() => this.#connector.wake());
    this.#connector.start(driver, when);
    return run;
  }

  #listener(find: () => Run): DriverListener {
    const running = (): boolean => this.#run === find();
    return {
      message: (data) => {
        const run = find();
        // What arrives tells of the road that it came by.
        this.#moved(run, run.driver.session.current);
        this.#message(run, data);
      },
      changed: () => {
        const run = find();
        if (running()) this.#connector.changed();
        this.#moved(run, run.driver.session.current);
      },
      lost: (road, cause, dropped) => {
        if (running()) this.#connector.lost(road, cause, dropped);
      },
      // Servers that send clients elsewhere are not there yet.
      redirected: () => undefined,
      ended: (ending) => this.#ended(find(), ending),
    };
  }

  #message({ driver, members }: Run, data: MessageData): void {
    try {
      const envelope = decodeEnvelope(data);
      // Others were left while this was under way.
      members.get(envelope.namespace)?.received(envelope);
    } catch (error) {
      if (!(error instanceof WirewayError)) throw error;
      driver.close("protocol_error", error.message);
    }
  }

  #moved(run: Run, road: Road | undefined): void {
    if (road === run.road) return;
    run.road = road;
    for (const { listener } of [...run.members.values()]) listener.moved(describe(road));
  }

  #released(run: Run, membership: Membership): void {
    const { members } = run;
    if (members.get(membership.namespace) === membership) members.delete(membership.namespace);
    if (members.size === 0 && this.#run === run) this.#stop(run);
  }

  #stop(run: Run): void {
    this.#rest();
    run.driver.close("closed");
  }

  #ended(run: Run, ending: Ending): void {
    if (this.#run === run) this.#rest();
    this.#moved(run, undefined);
    const renews = closeCodes[ending.reason].next !== "stop";
    for (const membership of [...run.members.values()]) membership.end(ending, renews);
    if (!this.#run) this.#idle(this);
  }

  /** No session runs, until somebody joins. */
  #rest(): void {
    this.#run = undefined;
    this.#connector.stop();
    this.#forgetWake?.();
    this.#forgetWake = undefined;
  }
}

function describe(road: Road | undefined): ConnectionInfo | undefined {
  return road && { transport: road.connection.transport, roundTripMs: road.roundTripMs, sinceMs: road.since };
}
