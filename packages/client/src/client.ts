// One server's sessions, one after the other: each carries the sockets of all namespaces, and when it ends in a way that a
// new one can mend, the sockets join that. Also what driver, connector and sockets tell each other.
// Not here: rules of the session (protocol), of dialling (connector), of one socket (membership).

import {
  ClientSession,
  Driver,
  type DriverListener,
  type Ending,
  encodePayload,
  type MessageData,
  nextStep,
  PathLimits,
  type Road,
  WirewayError,
} from "@wireway/protocol";
import { Connector } from "./connector.ts";
import { Membership } from "./membership.ts";
import type { MembershipListener } from "./membership-listener.ts";
import { type KeyValueStorage, Memory } from "./memory.ts";
import type { Auth, ResolvedOptions } from "./options.ts";
import { type ClientEnvironment, createNonce, type Environment } from "./platform.ts";
import { Redirection } from "./redirection.ts";
import { Run } from "./run.ts";
import type { ConnectionInfo } from "./socket-events.ts";
import { address } from "./transports/transport.ts";

export class Client {
  readonly #options: ResolvedOptions;
  readonly #url: URL;
  /** Where a server sent this client; undefined for its own address. */
  #elsewhere: URL | undefined;
  readonly #limits = new PathLimits();
  readonly #environment: ClientEnvironment;
  readonly #connector: Connector;
  readonly #idle: (client: Client) => void;
  #run: Run | undefined;
  #unwatch: (() => void) | undefined;

  /** @param idle nobody takes part any more, until somebody joins again. */
  constructor(url: URL, options: ResolvedOptions, environment: Environment, idle: (client: Client) => void) {
    const { headers, credentials, maxMessageBytes, fetch, WebSocket } = options;
    this.#options = options;
    this.#url = url;
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
      streams: new Set(options.transports.filter(({ streams }) => streams).map(({ name }) => name)),
      limits: this.#limits,
      memory: new Memory(storageOf(options, environment), url.origin + url.pathname, environment.today),
      dial: (name, hold, listener) => {
        const transport = transports.get(name) as (typeof options.transports)[number];
        const target = new URL(this.#elsewhere ?? url);
        if (hold > 0) target.searchParams.set("hold", String(hold));
        return transport.dial(target, this.#environment, listener);
      },
      unreachable: (why, isIntercepted) => {
        this.#elsewhere = undefined;
        const error = new WirewayError(isIntercepted ? "intercepted" : "unreachable", why ? { why } : {});
        for (const { listener } of [...(this.#run?.members.values() ?? [])]) listener.failed(error);
      },
    });
  }

  /** The way messages go at present, as one who takes part (or not) sees it. */
  connection(takesPart: boolean): ConnectionInfo {
    return this.#describe(takesPart ? this.#run?.driver.session.current : undefined);
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
    const run = this.#run ?? this.#begin(when);
    const membership = new Membership({
      namespace,
      outflow: run.outflow,
      maxUnconfirmedBytes: this.#options.maxUnconfirmedBytes,
      check: this.#options.contract,
      listener,
      release: (over) => this.#released(run, over),
    });
    run.members.set(namespace, membership);
    membership.join(auth);
    return membership;
  }

  /** Leaves when what it emitted is confirmed, or after `closeTimeoutMs`. The last one to leave ends the session. */
  leave(membership: Membership): void {
    const run = this.#run;
    if (run?.members.get(membership.namespace) !== membership) return;
    run.leave(membership, () => this.#part(run, membership));
  }

  /** Whether the session that runs has outlived the loss of its connection. */
  get recovered(): boolean {
    return this.#run?.recovery === "recovered";
  }

  /** Calls back after so many milliseconds, unless it is undone. */
  after(delayMs: number, task: () => void): () => void {
    const { clock } = this.#environment;
    const timer = clock.timer(task);
    timer.arm(clock.now() + delayMs);
    return () => timer.arm(Number.POSITIVE_INFINITY);
  }

  #part(run: Run, membership: Membership): void {
    if (run.members.get(membership.namespace) !== membership) return;
    if (run.members.size > 1) membership.leave();
    else this.#stop(run);
  }

  #begin(when: "at once" | "after a pause"): Run {
    const { clock, watch } = this.#environment;
    const session = new ClientSession(
      {
        nonce: createNonce(),
        maxUnconfirmedBytes: this.#options.maxUnconfirmedBytes,
        score: (transport) => this.#connector.score(transport),
        limits: this.#limits,
      },
      clock.now(),
    );
    const driver = new Driver(
      session,
      clock,
      this.#listener(() => run),
    );
    const run: Run = new Run(driver, clock, this.#options);
    this.#run = run;
    this.#unwatch ??= watch({
      woke: () => {
        this.#run?.driver.run((session, now) => session.wake(now));
        this.#connector.wake();
      },
      hid: () => {
        this.#connector.sleep();
        this.#run?.driver.run((session, now) => session.suspend(now));
      },
      left: () => this.#leave(),
    });
    this.#connector.start(driver, when);
    return run;
  }

  #listener(find: () => Run): DriverListener {
    const { clock, random } = this.#environment;
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
      redirected: (redirect) => {
        const run = find();
        if (running()) run.redirection ??= new Redirection(run.driver, redirect, clock, random);
      },
      progressed: () => find().progressed((membership) => this.#part(find(), membership)),
      ended: (ending) => this.#ended(find(), ending),
    };
  }

  #message({ driver, members }: Run, data: MessageData): void {
    try {
      const envelope = this.#options.codec.decode(data);
      // Others were left while this was under way.
      members.get(envelope.namespace)?.received(envelope);
    } catch (error) {
      if (!(error instanceof WirewayError)) throw error;
      driver.close(error.code === "codec_mismatch" ? error.code : "protocol_error", error.message);
    }
  }

  #moved(run: Run, road: Road | undefined): void {
    if (road === run.road) return;
    run.moved(road);
    for (const { listener } of [...run.members.values()]) listener.moved(this.#describe(road));
  }

  /** The page goes away: the server should not have to wait for it. */
  #leave(): void {
    this.#connector.sleep();
    const packets = this.#run?.driver.run((session, now) => session.farewell(now));
    if (!packets) return;
    const target = address(this.#elsewhere ?? this.#url, { transport: "polling", request: "send" });
    this.#environment.sendLast(target, encodePayload(packets), this.#environment.style);
  }

  #describe(road: Road | undefined): ConnectionInfo {
    return {
      transport: road?.connection.transport,
      roundTripMs: road?.roundTripMs,
      sinceMs: road?.since,
      attempts: this.#connector.attempts,
    };
  }

  #released(run: Run, membership: Membership): void {
    run.release(membership);
    if (run.members.size === 0 && this.#run === run) this.#stop(run);
  }

  #stop(run: Run): void {
    this.#rest();
    run.driver.close("closed");
  }

  #ended(run: Run, ending: Ending): void {
    if (this.#run === run) this.#rest();
    run.redirection?.stop();
    // Whoever ended it: the server has said where to go.
    if (run.redirection?.url !== undefined) this.#elsewhere = resolve(run.redirection.url, this.#url);
    this.#moved(run, undefined);
    const next = nextStep(ending.reason) === "stop" ? "stop" : "renew";
    for (const membership of [...run.members.values()]) {
      if (ending.reason === "codec_mismatch") membership.listener.failed(new WirewayError("codec_mismatch"));
      membership.end(ending, next);
    }
    if (!this.#run) this.#idle(this);
  }

  /** No session runs, until somebody joins. */
  #rest(): void {
    this.#run = undefined;
    this.#connector.stop();
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}

function storageOf({ storage }: ResolvedOptions, environment: Environment): KeyValueStorage | undefined {
  if (storage !== undefined) return storage ?? undefined;
  try {
    return environment.storage();
  } catch {
    // A page may be forbidden to look.
    return undefined;
  }
}

/** Where a server sends its clients: by http or https, and never from https to http. */
function resolve(url: string, base: URL): URL | undefined {
  if (!URL.canParse(url, base)) return undefined;
  const { href, protocol } = new URL(url, base);
  return protocol === "https:" || protocol === base.protocol ? new URL(href) : undefined;
}
