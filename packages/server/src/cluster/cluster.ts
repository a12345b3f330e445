// The other servers, as this one sees them. Without an adapter there are none.

import type { Message } from "@wireway/protocol";
import type { Audience } from "../audience.ts";
import type { BroadcastAnswers, SettleAll } from "../broadcast-answers.ts";
import type { BroadcastOptions } from "../reach.ts";
import type { SocketDescription } from "../remote-socket.ts";

export class Cluster {
  #lastId = -1;

  /** An odd number for the answers to a broadcast. */
  nextId(): number {
    this.#lastId += 2;
    return this.#lastId;
  }

  emit(_namespace: string, _audience: Audience, _message: Message, _options: BroadcastOptions): void {}

  ask(
    _namespace: string,
    _audience: Audience,
    _message: Message,
    _options: BroadcastOptions,
    _answers: BroadcastAnswers,
  ): void {}

  async fetch(_namespace: string, _audience: Audience): Promise<readonly SocketDescription[]> {
    return [];
  }

  say(_namespace: string, _args: readonly unknown[]): void {}

  askServers(_namespace: string, _args: readonly unknown[], settle: SettleAll): void {
    settle(undefined, []);
  }

  join(_namespace: string, _audience: Audience, _rooms: readonly string[]): void {}

  leave(_namespace: string, _audience: Audience, _rooms: readonly string[]): void {}

  disconnect(_namespace: string, _audience: Audience, _close: boolean): void {}
}
