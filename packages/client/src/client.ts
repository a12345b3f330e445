// One server's sessions, one after the other: each carries the sockets of all namespaces, and when it ends in a way that a
// new one can mend, the sockets join that. Also what the page tells of itself.
// Not here: rules of the session (protocol), who takes part in one (run), of dialling (connector), of one socket (membership).

import { PathLimits, type Road } from "@wireway/protocol";
import { connectionInfo } from "./connection-info.ts";
import { Connector } from "./connector.ts";
import { sayLast } from "./last-words.ts";
import { Membership } from "./membership.ts";
import type { MembershipListener } from "./membership-listener.ts";
import type { Auth, ResolvedOptions } from "./options.ts";
import type { ClientEnvironment, Environment } from "./platform.ts";
import { Run } from "./run.ts";
import type { ConnectionInfo } from "./socket-events.ts";
import type { Fallback } from "./transports/fallback.ts";

export class Client {
  readonly options: ResolvedOptions;
  readonly environment: ClientEnvironment;
  readonly limits: PathLimits = new PathLimits();
  readonly connector: Connector;
  /** What the transports bring along; undefined for WebSocket alone. */
  readonly fallback: Fallback | undefined;
  readonly #url: URL;
  /** Where a server sent this client; undefined for its own address. */
  #elsewhere: URL | undefined;
  readonly #idle: (client: Client) => void;
  #run: Run | undefined;
  #unwatch: (() => void) | undefined;

  /** @param idle nobody takes part any more, until somebody joins again. */
  constructor(url: URL, options: ResolvedOptions, environment: Environment, idle: (client: Client) => void) {
    const { headers, credentials, maxMessageBytes, fetch, WebSocket } = options;
    this.options = options;
    this.fallback = options.transports.find((transport) => transport.fallback)?.fallback;
    this.#url = url;
    this.#idle = idle;
    this.environment = {
      ...environment,
      ...(fetch && { fetch }),
      ...(WebSocket && { openWebSocket: (address) => new WebSocket(address) }),
      style: { headers, credentials, maxMessageBytes },
    };
    this.connector = new Connector({
      options,
      choose: this.fallback?.choose,
      environment: this.environment,
      limits: this.limits,
      url,
      target: () => new URL(this.#elsewhere ?? url),
      unreachable: (error) => {
        this.#elsewhere = undefined;
        for (const { listener } of [...(this.#run?.members.values() ?? [])]) listener.tell("connect_error", error);
      },
    });
  }

  /** The way messages go at present, as one who takes part (or not) sees it. */
  connection(takesPart: boolean): ConnectionInfo {
    return this.describe(takesPart ? this.#run?.driver.session.current : undefined);
  }

  describe(road: Road | undefined): ConnectionInfo {
    return connectionInfo(road, this.connector.dials.attempts);
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
    const membership = new Membership(namespace, run, listener);
    run.members.set(namespace, membership);
    membership.join(auth);
    return membership;
  }

  /** Whether the session that runs has outlived the loss of its connection. */
  get recovered(): boolean {
    return this.#run?.recovery === "recovered";
  }

  /** Calls back after so many milliseconds, unless it is undone. */
  after(delayMs: number, task: () => void): () => void {
    const { clock } = this.environment;
    const timer = clock.timer(task);
    timer.arm(clock.now() + delayMs);
    return () => timer.arm(Number.POSITIVE_INFINITY);
  }

  /** Nobody takes part in the session any more. */
  stop(run: Run): void {
    if (run !== this.#run) return;
    this.#rest();
    run.driver.close("closed");
  }

  /** The session is over. @param url where the server said to go. */
  ended(run: Run, url: string | undefined): void {
    if (run === this.#run) this.#rest();
    if (url !== undefined) this.#elsewhere = resolve(url, this.#url);
  }

  /** Nobody may have joined again. */
  idle(): void {
    if (!this.#run) this.#idle(this);
  }

  #begin(when: "at once" | "after a pause"): Run {
    const run = new Run(this);
    const { connector } = this;
    this.#run = run;
    this.#unwatch ??= this.environment.watch({
      woke: () => {
        this.#run?.driver.run((session, now) => session.wake(now));
        connector.wake();
      },
      hid: () => {
        connector.sleep();
        this.#run?.driver.run((session, now) => session.suspend(now));
      },
      left: () => this.#leave(),
    });
    connector.start(run.driver, when);
    return run;
  }

  /** The page goes away: the server should not have to wait for it. */
  #leave(): void {
    this.connector.sleep();
    if (this.#run) sayLast(this.#run.driver, this.#elsewhere ?? this.#url, this.environment);
  }

  /** No session runs, until somebody joins. */
  #rest(): void {
    this.#run = undefined;
    this.connector.stop();
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}

/** Where a server sends its clients: by http or https, and never from https to http. */
function resolve(url: string, base: URL): URL | undefined {
  if (!URL.canParse(url, base)) return undefined;
  const there = new URL(url, base);
  return there.protocol === "https:" || there.protocol === base.protocol ? there : undefined;
}
