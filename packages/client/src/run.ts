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
  WirewayError,
} from "@wireway/protocol";
import type { Client } from "./client.ts";
import type { Membership } from "./membership.ts";
import { Outflow } from "./outflow.ts";
import { createNonce, reportFailure } from "./platform.ts";

interface Leaving {
  /** It does not wait any more. */
  readonly forget: () => void;
  /** Of its last message; undefined while something of it has none. */
  number?: number;
}

/** Who leaves where the server asks all to go. */
const all = undefined;

export class Run implements DriverListener {
  readonly client: Client;
  readonly driver: Driver<ClientSession>;
  readonly outflow: Outflow;
  /** By namespace. */
  readonly members: Map<string, Membership> = new Map();
  /** Whether it was without a connection since it had one, and has one again. */
  recovery: "none" | "lost" | "recovered" = "none";
  /** Where the server said to go. */
  #elsewhere: string | undefined;
  #road: Road | undefined;
  /** Where it was asked what has arrived. */
  #askedOn: Road | undefined;
  /** Those who wait for confirmations before they go: what is not confirmed is handed back, although it may arrive. */
  readonly #leaving = new Map<Membership | typeof all, Leaving>();

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
    this.outflow = new Outflow(this.driver, clock, options);
  }

  /** It goes when what it emitted is confirmed, or after `closeTimeoutMs`. */
  leave(membership: Membership): void {
    const { closeTimeoutMs } = this.client.options;
    if (!membership.closing() || closeTimeoutMs === 0) this.#part(membership);
    else this.#wait(membership, closeTimeoutMs);
  }

  /** It does not take part any more. */
  release(membership: Membership): void {
    this.#forget(membership);
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
      // A codec's or a schema's own fault costs this message, and none behind it.
      if (!(error instanceof WirewayError)) return reportFailure(error);
      this.driver.close(error.code === "codec_mismatch" ? error.code : "protocol_error", error.message);
    }
  }

  changed(): void {
    this.client.connector.changed(this.driver);
    this.#moved(this.driver.session.current);
    this.#check();
  }

  lost(road: Road, cause: CloseCause, dropped: boolean): void {
    this.client.connector.lost(road, cause, dropped);
  }

  /** At a random moment of the time it gave: those who were asked together should not leave together. */
  redirected({ withinMs, url }: Redirect): void {
    if (this.#leaving.has(all)) return;
    const { client } = this;
    this.#elsewhere = url;
    const forget = client.after(client.environment.random() * withinMs, () =>
      this.#wait(all, this.driver.session.terms.pingTimeoutMs),
    );
    this.#leaving.set(all, { forget, number: Number.POSITIVE_INFINITY });
  }

  /** Something may have been confirmed. */
  progressed(): void {
    for (const membership of [...this.members.values()]) membership.progressed();
    this.outflow.progressed();
    this.#check();
  }

  ended(ending: Ending): void {
    // Whoever ended it: the server has said where to go.
    this.client.ended(this, this.#elsewhere);
    this.#forget(all);
    this.#moved(undefined);
    const next = nextStep(ending.reason) === "stop" ? "stop" : "renew";
    for (const membership of [...this.members.values()]) {
      if (ending.reason === "codec_mismatch")
        membership.listener.tell("connect_error", new WirewayError("codec_mismatch"));
      membership.end(ending, next);
    }
    this.client.idle();
  }

  /** It goes when what was said so far is confirmed, or after so long. */
  #wait(who: Membership | typeof all, limitMs: number): void {
    this.#leaving.set(who, { forget: this.client.after(limitMs, () => this.#part(who)) });
    this.driver.isWatched = true;
    this.#check();
  }

  #forget(who: Membership | typeof all): void {
    this.#leaving.get(who)?.forget();
    this.#leaving.delete(who);
  }

  /** Whether those who leave can go. What others go on saying is none of their business. */
  #check(): void {
    const { outbox } = this.outflow;
    const { current, state } = this.driver.session;
    // Without a connection there is nobody to say goodbye to; and who closes has said it, and would say it again for ever.
    if (!current || state !== "open") return;
    for (const [who, leaving] of [...this.#leaving]) {
      if (who?.held.size) continue;
      if (leaving.number === undefined) {
        leaving.number = outbox.sent;
        // What was asked for others says nothing of what this one emitted since.
        this.#askedOn = undefined;
      }
      if (outbox.acked >= leaving.number) this.#part(who);
    }
    // Confirmations come by themselves too, but who leaves should not have to wait for that; once on each connection.
    if (this.#leaving.size === 0 || current === this.#askedOn) return;
    this.#askedOn = current;
    this.driver.run((session, now) => session.ask(now));
  }

  /** The last one to leave ends the session. */
  #part(who: Membership | typeof all): void {
    if (!who) this.driver.close("server_closing");
    else if (!this.#has(who)) return;
    else if (this.members.size > 1) who.leave();
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
