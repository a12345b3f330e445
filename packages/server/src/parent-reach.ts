// What can be said to all children of a parent namespace: the same, said to each of those that exist on this server.

import { WirewayError } from "@wireway/protocol";
import type { Audience } from "./audience.ts";
import type { SettleAll } from "./broadcast-answers.ts";
import type { ErrorReport } from "./error-report.ts";
import type { BroadcastOptions, Reach } from "./reach.ts";
import type { RemoteSocket } from "./remote-socket.ts";

export class ParentReach implements Reach {
  readonly #children: ReadonlyMap<string, { readonly reach: Reach }>;
  readonly report: ErrorReport;

  constructor(children: ReadonlyMap<string, { readonly reach: Reach }>, { report }: { readonly report: ErrorReport }) {
    this.#children = children;
    this.report = report;
  }

  emit(audience: Audience, event: string, args: readonly unknown[], options: BroadcastOptions): boolean {
    let isBelow = true;
    for (const reach of this.#reaches()) if (!reach.emit(audience, event, args, options)) isBelow = false;
    return isBelow;
  }

  ask(
    audience: Audience,
    event: string,
    args: readonly unknown[],
    options: BroadcastOptions,
    settle: SettleAll,
  ): boolean {
    const reaches = this.#reaches();
    const answers: unknown[] = [];
    let failure: WirewayError | undefined;
    let left = reaches.length;
    if (left === 0) settle(undefined, answers);
    const settled = (error: WirewayError | undefined, some: readonly unknown[]): void => {
      failure ??= error;
      for (const answer of some) answers.push(answer);
      if (--left === 0) settle(failure && withAnswers(failure, answers), answers);
    };
    let isBelow = true;
    for (const reach of reaches) if (!reach.ask(audience, event, args, options, settled)) isBelow = false;
    return isBelow;
  }

  async fetch(audience: Audience, options: BroadcastOptions): Promise<RemoteSocket[]> {
    const found = await Promise.all(this.#reaches().map((reach) => reach.fetch(audience, options)));
    return found.flat();
  }

  join(audience: Audience, rooms: readonly string[], options: BroadcastOptions): void {
    for (const reach of this.#reaches()) reach.join(audience, rooms, options);
  }

  leave(audience: Audience, rooms: readonly string[], options: BroadcastOptions): void {
    for (const reach of this.#reaches()) reach.leave(audience, rooms, options);
  }

  disconnect(audience: Audience, close: boolean, options: BroadcastOptions): void {
    for (const reach of this.#reaches()) reach.disconnect(audience, close, options);
  }

  /** A copy: ending the last socket of a child removes it. */
  #reaches(): Reach[] {
    return [...this.#children.values()].map(({ reach }) => reach);
  }
}

/** The first child's error, with everybody's answers. */
function withAnswers(error: WirewayError, answers: readonly unknown[]): WirewayError {
  if (error.code !== "not_acknowledged") return error;
  return new WirewayError("not_acknowledged", { ...error.details, data: answers });
}
