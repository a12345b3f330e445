// One session and who takes part in it: hears what its driver tells, and gives each socket its own. When it is over, a client
// begins another one.

import {
  ClientSession,
  type CloseCause,
  Driver,
  type DriverListener,
  type Ending,
  type MessageData,
  nextStep,
  type Redirect,
  type Road,
  type Timer,
  WirewayError,
} from "@wireway/protocol";
import type { Client } from "./client.ts";
import type { Membership } from "./membership.ts";
import { Outflow } from "./outflow.ts";
import { createNonce } from "./platform.ts";
import { Redirection } from "./redirection.ts";

interface Leaving {
  /** How long it waits at most. */
  readonly timer: Timer;
  /** Of its last message; undefined while something of it has none. */
  number: number | undefined;
}

export class Run implements DriverListener {
  readonly client: Client;
  readonly driver: Driver<ClientSession>;
  readonly outflow: Outflow;
  /** By namespace. */
  readonly members: Map<string, Membership> = new Map();
  /** Whether it was without a connection since it had one, and has one again. */
  recovery: "none" | "lost" | "recovered" = "none";
  #redirection: Redirection | undefined;
  #road: Road | undefined;
  /** Where it was asked what has arrived. */
  #askedOn: Road | undefined;
  /** Those who wait for confirmations before they go. */
  readonly #leaving = new Map<Membership, Leaving>();

  constructor(client: Client) {
    const { options, environment, limits, connector, fallback } = client;
    const { clock } = environment;
    const { maxUnconfirmedBytes } = options;
    const score = (transport: string): number => connector.score(transport);
    const session = new ClientSession(
      { nonce: createNonce(), maxUnconfirmedBytes, score, limits, exchanges: fallback?.exchanges },
      clock.now(),
    );
    this.client = client;
    this.driver = new Driver(session, clock, this);
    this.outflow = new Outflow(this.driver, clock, options, (namespace, message) => {
      this.members.get(namespace)?.dropped(message);
    });
  }

  /** It goes when what it emitted is confirmed, or after `closeTimeoutMs`. */
  leave(membership: Membership): void {
    const { options, environment } = this.client;
    if (!membership.closing() || options.closeTimeoutMs === 0) return this.#part(membership);
    const timer = environment.clock.timer(() => this.#part(membership));
    timer.arm(environment.clock.now() + options.closeTimeoutMs);
    this.#leaving.set(membership, { timer, number: undefined });
    this.driver.isWatched = true;
    this.#check();
  }

  /** It does not take part any more. */
  release(membership: Membership): void {
    this.#leaving.get(membership)?.timer.arm(Number.POSITIVE_INFINITY);
    this.#leaving.delete(membership);
    if (this.#has(membership)) this.members.delete(membership.namespace);
    if (this.members.size === 0) this.client.stop(this);
  }

  message(data: MessageData): void {
    // What arrives tells of the road that it came by.
    this.#moved(this.driver.session.current);
    try {
      const envelope = this.client.options.codec.decode(data);
      // Others were left while this was under way.
      this.members.get(envelope.namespace)?.received(envelope);
    } catch (error) {
      if (!(error instanceof WirewayError)) throw error;
      this.driver.close(error.code === "codec_mismatch" ? error.code : "protocol_error", error.message);
    }
  }

  changed(): void {
    this.client.connector.changed(this.driver);
    this.#moved(this.driver.session.current);
  }

  lost(road: Road, cause: CloseCause, dropped: boolean): void {
    this.client.connector.lost(road, cause, dropped);
  }

  redirected(redirect: Redirect): void {
    this.#redirection ??= new Redirection(this.driver, redirect, this.client.environment);
  }

  /** Something may have been confirmed. */
  progressed(): void {
    this.outflow.progressed();
    for (const membership of [...this.members.values()]) membership.progressed();
    this.#check();
  }

  ended(ending: Ending): void {
    // Whoever ended it: the server has said where to go.
    this.client.ended(this, this.#redirection?.url);
    this.#redirection?.stop();
    this.#moved(undefined);
    const next = nextStep(ending.reason) === "stop" ? "stop" : "renew";
    for (const membership of [...this.members.values()]) {
      if (ending.reason === "codec_mismatch")
        membership.listener.tell("connect_error", new WirewayError("codec_mismatch"));
      membership.end(ending, next);
    }
    this.client.idle();
  }

  /** Whether those who leave can go. What others go on saying is none of their business. */
  #check(): void {
    const { outbox } = this.outflow;
    for (const [membership, leaving] of [...this.#leaving]) {
      if (this.outflow.holdback.holds(membership.namespace)) continue;
      if (leaving.number === undefined) {
        leaving.number = outbox.sent;
        // What was asked for others says nothing of what this one emitted since.
        this.#askedOn = undefined;
      }
      if (outbox.acked >= leaving.number) this.#part(membership);
    }
    // Confirmations come by themselves too, but who leaves should not have to wait for that; once on each connection.
    const { current } = this.driver.session;
    if (this.#leaving.size === 0 || !current || current === this.#askedOn) return;
    this.#askedOn = current;
    this.driver.run((session, now) => session.ask(now));
  }

  /** The last one to leave ends the session. */
  #part(membership: Membership): void {
    if (!this.#has(membership)) return;
    if (this.members.size > 1) membership.leave();
    else this.client.stop(this);
  }

  #has(membership: Membership): boolean {
    return this.members.get(membership.namespace) === membership;
  }

  #moved(road: Road | undefined): void {
    if (road === this.#road) return;
    if (!road) this.recovery = "lost";
    else if (this.recovery === "lost") this.recovery = "recovered";
    this.#road = road;
    const info = this.client.describe(road);
    for (const { listener } of [...this.members.values()]) listener.tell("connection", info);
  }
}
