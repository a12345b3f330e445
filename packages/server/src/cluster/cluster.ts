// The other servers, as this one sees them: what is said to them, and what they are asked. Without an adapter
// there are none.
// Not here: how bytes get there (adapter, link), who is there (presence), what this server does for the others (service).

import { randomBytes, randomInt } from "node:crypto";
import { type Message, WirewayError } from "@wireway/protocol";
import type { Adapter } from "../adapter.ts";
import type { Audience } from "../audience.ts";
import { BroadcastAnswers, type SettleAll } from "../broadcast-answers.ts";
import type { BroadcastOptions } from "../reach.ts";
import type { SocketDescription } from "../remote-socket.ts";
import { type ClusterMessage, checkDescription } from "./cluster-message.ts";
import { Link } from "./link.ts";
import { Presence } from "./presence.ts";
import { Requests } from "./requests.ts";
import { Service, type ServiceContext } from "./service.ts";

export interface ClusterContext extends Omit<ServiceContext, "publish"> {
  readonly adapter: Adapter | undefined;
  readonly requestsTimeoutMs: number;
  readonly clusterHeartbeatMs: number;
}

export class Cluster {
  readonly #context: ClusterContext;
  readonly #id = randomBytes(12).toString("base64url");
  readonly #link: Link | undefined;
  readonly #presence: Presence;
  readonly #requests: Requests;
  readonly #service: Service;
  #lastId: number;

  constructor(context: ClusterContext) {
    const { adapter, clock, report, clusterHeartbeatMs } = context;
    this.#context = context;
    // A socket must not meet the same number from two servers.
    this.#lastId = adapter ? randomInt(2 ** 46) * 2 - 1 : -1;
    this.#requests = new Requests((id) => this.#publish({ kind: "forget", from: this.#id, id }));
    this.#service = new Service(this.#id, { ...context, publish: (message) => this.#publish(message) });
    this.#presence = new Presence({
      clock,
      heartbeatMs: clusterHeartbeatMs,
      beat: () => this.#publish({ kind: "here", from: this.#id }),
      lost: (id) => {
        this.#requests.lost(id);
        this.#service.lost(id);
      },
    });
    if (!adapter) return;
    this.#link = new Link({
      adapter,
      clock,
      report,
      opened: () => {
        this.#publish({ kind: "hello", from: this.#id });
        this.#presence.start();
      },
      received: (message) => this.#received(message),
    });
  }

  /** How many servers there are, this one among them, as far as they were heard of. */
  get size(): number {
    return this.#presence.size + 1;
  }

  /** An odd number for the answers to a broadcast. */
  nextId(): number {
    this.#lastId += 2;
    return this.#lastId;
  }

  // What is said to sockets of the others.

  emit(namespace: string, audience: Audience, message: Message, options: BroadcastOptions): void {
    if (this.#link)
      this.#publish({ kind: "emit", from: this.#id, ...this.#spoken(namespace, audience, message, options) });
  }

  /** @throws {WirewayError} `too_many_waiting` */
  ask(
    namespace: string,
    audience: Audience,
    message: Message,
    options: BroadcastOptions,
    answers: BroadcastAnswers,
  ): void {
    if (!this.#link) return;
    const { id } = answers;
    const { timeoutMs } = options;
    const limit = timeoutMs !== undefined && { limitMs: timeoutMs };
    this.#requests.checkRoom();
    this.#requests.begin(answers, this.#presence.others);
    this.#publish({
      kind: "ask",
      from: this.#id,
      id,
      ...limit,
      ...this.#spoken(namespace, audience, message, options),
    });
  }

  join(namespace: string, { rooms, except }: Audience, names: readonly string[]): void {
    this.#publish({ kind: "join", from: this.#id, namespace, rooms, except, names });
  }

  leave(namespace: string, { rooms, except }: Audience, names: readonly string[]): void {
    this.#publish({ kind: "leave", from: this.#id, namespace, rooms, except, names });
  }

  disconnect(namespace: string, { rooms, except }: Audience, close: boolean): void {
    this.#publish({ kind: "disconnect", from: this.#id, namespace, rooms, except, close });
  }

  /** The others' sockets. Rejects with a WirewayError, `not_acknowledged` or `too_many_waiting`. */
  async fetch(namespace: string, { rooms, except }: Audience): Promise<readonly SocketDescription[]> {
    const found = await this.#request((id) => ({ kind: "fetch", from: this.#id, id, namespace, rooms, except }));
    return found.map(checkDescription);
  }

  // What is said to the others themselves.

  /** @throws {WirewayError} `not_serializable` */
  say(namespace: string, args: readonly [string, ...unknown[]]): void {
    this.#publish({ kind: "say", from: this.#id, namespace, args });
  }

  /** @throws {WirewayError} `not_serializable`, `too_many_waiting` */
  query(namespace: string, args: readonly [string, ...unknown[]], settle: SettleAll): void {
    this.#ask((id) => ({ kind: "query", from: this.#id, id, namespace, args }), settle);
  }

  /** Resolves when all servers have ended the user's sessions. Rejects as `fetch`. */
  async disconnectUser(user: string): Promise<void> {
    // Those of this server have ended when this returns, whatever becomes of the others'.
    const here = this.#context.endUser(user);
    await Promise.all([this.#request((id) => ({ kind: "end_user", from: this.#id, id, user })), here]);
  }

  /** The others hear that it goes. Resolves when the adapter is closed. */
  async close(): Promise<void> {
    this.#requests.end();
    this.#presence.stop();
    // Last: whoever is heard after that counts as there again.
    this.#publish({ kind: "bye", from: this.#id });
    await this.#link?.close();
  }

  #request(message: (id: number) => ClusterMessage): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      this.#ask(message, (error, answers) => (error ? reject(error) : resolve(answers)));
    });
  }

  #ask(message: (id: number) => ClusterMessage, settle: SettleAll): void {
    const { clock, requestsTimeoutMs } = this.#context;
    const answers = new BroadcastAnswers(this.nextId(), (error, given) => {
      timer.arm(Number.POSITIVE_INFINITY);
      settle(error, given);
    });
    const timer = clock.timer(() => {
      const details = { size: answers.waiting, limit: requestsTimeoutMs, data: answers.answers };
      answers.fail(new WirewayError("not_acknowledged", details));
    });
    if (this.#link) {
      this.#requests.checkRoom();
      this.#publish(message(answers.id));
      this.#requests.begin(answers, this.#presence.others);
      timer.arm(clock.now() + requestsTimeoutMs);
    }
    answers.complete();
  }

  #publish(message: ClusterMessage): void {
    this.#link?.publish(message);
  }

  #spoken(
    namespace: string,
    { rooms, except }: Audience,
    { data }: Message,
    { volatile, coalesce }: BroadcastOptions,
  ): Omit<Extract<ClusterMessage, { kind: "emit" }>, "kind" | "from"> {
    const { codec } = this.#context;
    return {
      namespace,
      rooms,
      except,
      codec,
      data,
      ...(volatile !== undefined && { volatile }),
      ...(coalesce !== undefined && { coalesce }),
    };
  }

  // What the others say.

  #received(message: ClusterMessage): void {
    const { from, kind } = message;
    if (from === this.#id) return;
    if (kind === "bye") {
      this.#presence.left(from);
      return;
    }
    this.#presence.heard(from);
    if (kind === "hello") this.#publish({ kind: "here", from: this.#id });
    else if (kind === "answers") {
      if (message.to === this.#id) this.#requests.answered(from, message.id, message.answers, message.done);
    } else if (kind !== "here") this.#service.serve(message);
  }
}
