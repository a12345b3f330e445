// What can be said to many, and done with them: among the sockets of one namespace, on this server and on the others. The
// operators that applications know (broadcast) are made of this, and of the same for all children of a parent namespace.

import { type Clock, type EmitOptions, type Message, WirewayError } from "@wireway/protocol";
import { type Audience, receivers } from "./audience.ts";
import { BroadcastAnswers, type SettleAll } from "./broadcast-answers.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { eventMessage } from "./dialect.ts";
import type { ErrorReport } from "./error-report.ts";
import type { Members } from "./members.ts";
import type { ResolvedOptions } from "./options.ts";

import { describeSocket, RemoteSocket } from "./remote-socket.ts";

/** How something is said to many. */
export interface BroadcastOptions extends EmitOptions {
  /** To those of this server alone. @default false */
  readonly local?: boolean;
}

export interface Reach {
  /** @returns false when a receiver on this server is behind. @throws {WirewayError} as `Socket.emit` */
  emit(audience: Audience, event: string, args: readonly unknown[], options: BroadcastOptions): boolean;
  /** The same, with answers. @throws {WirewayError} as `emit`; then `settle` is not called. */
  ask(
    audience: Audience,
    event: string,
    args: readonly unknown[],
    options: BroadcastOptions,
    settle: SettleAll,
  ): boolean;
  fetch(audience: Audience, options: BroadcastOptions): Promise<RemoteSocket[]>;
  join(audience: Audience, rooms: readonly string[], options: BroadcastOptions): void;
  leave(audience: Audience, rooms: readonly string[], options: BroadcastOptions): void;
  disconnect(audience: Audience, close: boolean, options: BroadcastOptions): void;
  readonly report: ErrorReport;
}

export interface ReachContext {
  readonly clock: Clock;
  readonly options: ResolvedOptions;
  readonly report: ErrorReport;
  readonly cluster: Cluster;
}

export class NamespaceReach implements Reach {
  readonly #members: Members;
  readonly #context: ReachContext;

  constructor(members: Members, context: ReachContext) {
    this.#members = members;
    this.#context = context;
  }

  get report(): ErrorReport {
    return this.#context.report;
  }

  emit(audience: Audience, event: string, args: readonly unknown[], options: BroadcastOptions): boolean {
    const message = this.#message(event, args);
    if (!options.local) this.#context.cluster.emit(this.#members.name, audience, message, options);
    return this.emitHere(audience, message, options);
  }

  ask(
    audience: Audience,
    event: string,
    args: readonly unknown[],
    options: BroadcastOptions,
    settle: SettleAll,
  ): boolean {
    const { cluster, clock } = this.#context;
    const { timeoutMs, signal } = options;
    if (signal?.aborted) throw new WirewayError("aborted");
    const id = cluster.nextId();
    const message = this.#message(event, args, id);
    const answers = new BroadcastAnswers(id, (error, given) => {
      timer.arm(Number.POSITIVE_INFINITY);
      signal?.removeEventListener("abort", abort);
      settle(error, given);
    });
    const abort = (): void => answers.fail(new WirewayError("aborted"));
    const timer = clock.timer(() => {
      const details = { size: answers.waiting, limit: timeoutMs ?? 0, data: answers.answers };
      answers.fail(new WirewayError("not_acknowledged", details));
    });
    if (!options.local) cluster.ask(this.#members.name, audience, message, options, answers);
    signal?.addEventListener("abort", abort);
    if (timeoutMs !== undefined) timer.arm(clock.now() + timeoutMs);
    const isBelow = this.askHere(audience, message, options, answers);
    answers.complete();
    return isBelow;
  }

  async fetch(audience: Audience, { local }: BroadcastOptions): Promise<RemoteSocket[]> {
    const { name } = this.#members;
    const here = [...receivers(this.#members, audience)].map(describeSocket);
    const elsewhere = local ? [] : await this.#context.cluster.fetch(name, audience);
    return [...here, ...elsewhere].map((description) => new RemoteSocket(description, this));
  }

  join(audience: Audience, rooms: readonly string[], { local }: BroadcastOptions): void {
    if (!local) this.#context.cluster.join(this.#members.name, audience, rooms);
    this.joinHere(audience, rooms);
  }

  leave(audience: Audience, rooms: readonly string[], { local }: BroadcastOptions): void {
    if (!local) this.#context.cluster.leave(this.#members.name, audience, rooms);
    this.leaveHere(audience, rooms);
  }

  disconnect(audience: Audience, close: boolean, { local }: BroadcastOptions): void {
    if (!local) this.#context.cluster.disconnect(this.#members.name, audience, close);
    this.disconnectHere(audience, close);
  }

  // The part of this server, which others ask for too.

  emitHere(audience: Audience, message: Message, options: BroadcastOptions): boolean {
    let isBelow = true;
    for (const socket of receivers(this.#members, audience)) if (!socket.deliver(message, options)) isBelow = false;
    return isBelow;
  }

  askHere(audience: Audience, message: Message, options: BroadcastOptions, answers: BroadcastAnswers): boolean {
    let isBelow = true;
    for (const socket of receivers(this.#members, audience)) {
      if (!socket.ask(message, options, answers)) isBelow = false;
    }
    return isBelow;
  }

  fetchHere(audience: Audience): ReturnType<typeof describeSocket>[] {
    return [...receivers(this.#members, audience)].map(describeSocket);
  }

  joinHere(audience: Audience, rooms: readonly string[]): void {
    for (const socket of [...receivers(this.#members, audience)]) socket.join(rooms);
  }

  leaveHere(audience: Audience, rooms: readonly string[]): void {
    for (const socket of [...receivers(this.#members, audience)]) socket.leave(rooms);
  }

  disconnectHere(audience: Audience, close: boolean): void {
    for (const socket of [...receivers(this.#members, audience)]) socket.disconnect(close);
  }

  #message(event: string, args: readonly unknown[], id?: number): Message {
    return eventMessage(this.#members.dialect, event, args, id);
  }
}
