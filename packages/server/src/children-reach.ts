// The sockets of all namespaces that a parent made. A message for them comes in the parent's own dialect, and is written anew
// for each, since it names the namespace.

import type { EmitOptions, Message } from "@wireway/protocol";
import type { Audience } from "./audience.ts";
import type { BroadcastAnswers } from "./broadcast-answers.ts";
import { type Dialect, encode } from "./dialect.ts";
import type { LocalReach } from "./local-reach.ts";
import type { SocketDescription } from "./remote-socket.ts";

export class ChildrenReach implements LocalReach {
  readonly dialect: Dialect;
  readonly #children: ReadonlyMap<string, { readonly reach: { readonly here: LocalReach } }>;

  constructor(dialect: Dialect, children: ReadonlyMap<string, { readonly reach: { readonly here: LocalReach } }>) {
    this.dialect = dialect;
    this.#children = children;
  }

  emit(audience: Audience, message: Message, options: EmitOptions): boolean {
    return this.#each(message, (here, own) => here.emit(audience, own, options));
  }

  ask(audience: Audience, message: Message, options: EmitOptions, answers: BroadcastAnswers): boolean {
    return this.#each(message, (here, own) => here.ask(audience, own, options, answers));
  }

  fetch(audience: Audience): SocketDescription[] {
    return this.#all().flatMap((here) => here.fetch(audience));
  }

  join(audience: Audience, rooms: readonly string[]): void {
    for (const here of this.#all()) here.join(audience, rooms);
  }

  leave(audience: Audience, rooms: readonly string[]): void {
    for (const here of this.#all()) here.leave(audience, rooms);
  }

  disconnect(audience: Audience, close: boolean): void {
    for (const here of this.#all()) here.disconnect(audience, close);
  }

  #each(message: Message, say: (here: LocalReach, own: Message) => boolean): boolean {
    const envelope = this.dialect.codec.decode(message.data);
    let isBelow = true;
    for (const here of this.#all()) {
      const { namespace } = here.dialect;
      if (!say(here, encode(here.dialect, { ...envelope, namespace }))) isBelow = false;
    }
    return isBelow;
  }

  /** A copy: ending the last socket of a child removes it. */
  #all(): LocalReach[] {
    return [...this.#children.values()].map(({ reach }) => reach.here);
  }
}
