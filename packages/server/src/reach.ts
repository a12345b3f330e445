// What can be said to many, and done with them: among the sockets of one namespace, or of all children of a parent, on this
// server and on the others. The operators that applications know (broadcast) are made of this.
// Not here: what that means on this server (local-reach).

import { type Clock, type EmitOptions, type Message, WirewayError } from "@wireway/protocol";
import type { Announcements } from "./announcements.ts";
import type { Audience } from "./audience.ts";
import { BroadcastAnswers, type SettleAll } from "./broadcast-answers.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { eventMessage } from "./dialect.ts";
import type { ErrorReport } from "./error-report.ts";
import type { LocalReach } from "./local-reach.ts";
import type { ResolvedOptions } from "./options.ts";
import { RemoteSocket } from "./remote-socket.ts";

/** How something is said to many. */
export interface BroadcastOptions extends EmitOptions {
  /** To those of this server alone. @default false */
  readonly local?: boolean;
}

export interface ReachContext {
  readonly clock: Clock;
  readonly announcements: Announcements;
  readonly options: ResolvedOptions;
  readonly report: ErrorReport;
  readonly cluster: Cluster;
}

export class Reach {
  /** The part of this server, which others ask for too. */
  readonly here: LocalReach;
  /** What other servers know it by. */
  readonly #name: string;
  readonly #context: ReachContext;

  constructor(name: string, here: LocalReach, context: ReachContext) {
    this.here = here;
    this.#name = name;
    this.#context = context;
  }

  get report(): ErrorReport {
    return this.#context.report;
  }

  /** @returns false when a receiver on this server is behind. @throws {WirewayError} as `Socket.emit` */
  emit(audience: Audience, event: string, args: readonly unknown[], options: BroadcastOptions): boolean {
    const message = this.#message(event, args);
    if (!options.local) this.#context.cluster.emit(this.#name, audience, message, options);
    return this.here.emit(audience, message, options);
  }

  /** The same, with answers. @throws {WirewayError} as `emit`; then `settle` is not called. */
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
    if (!options.local) cluster.ask(this.#name, audience, message, options, answers);
    signal?.addEventListener("abort", abort);
    if (timeoutMs !== undefined) timer.arm(clock.now() + timeoutMs);
    const isBelow = this.here.ask(audience, message, options, answers);
    answers.complete();
    return isBelow;
  }

  async fetch(audience: Audience, { local }: BroadcastOptions): Promise<RemoteSocket[]> {
    const here = this.here.fetch(audience);
    const elsewhere = local ? [] : await this.#context.cluster.fetch(this.#name, audience);
    return [...here, ...elsewhere].map((description) => new RemoteSocket(description, this));
  }

  join(audience: Audience, rooms: readonly string[], { local }: BroadcastOptions): void {
    if (!local) this.#context.cluster.join(this.#name, audience, rooms);
    this.here.join(audience, rooms);
  }

  leave(audience: Audience, rooms: readonly string[], { local }: BroadcastOptions): void {
    if (!local) this.#context.cluster.leave(this.#name, audience, rooms);
    this.here.leave(audience, rooms);
  }

  disconnect(audience: Audience, close: boolean, { local }: BroadcastOptions): void {
    if (!local) this.#context.cluster.disconnect(this.#name, audience, close);
    this.here.disconnect(audience, close);
  }

  #message(event: string, args: readonly unknown[], id?: number): Message {
    return eventMessage(this.here.dialect, event, args, id);
  }
}
