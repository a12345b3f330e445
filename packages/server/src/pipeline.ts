// Requests that came behind another one on the same connection, before that was answered. Each waits for its turn, as Node
// can write only one response at a time and tells nobody of the end of one that has not begun. Browsers and proxies do not
// send requests like that; who sends many keeps the memory busy for a few bytes each, and is cut.
// Source: RFC 9112 section 9.3.2.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Requests that may wait on one connection. */
const maxWaiting = 16;

export class Pipeline {
  readonly #waiting = new WeakMap<Socket, number>();

  /** @returns whether it has to wait; `begin` is called when its turn has come, and never if the connection ends before. */
  waits({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): boolean {
    if (response.socket) return false;
    const waiting = (this.#waiting.get(socket) ?? 0) + 1;
    if (waiting > maxWaiting) {
      socket.destroy();
      return true;
    }
    this.#waiting.set(socket, waiting);
    response.once("socket", () => {
      this.#waiting.set(socket, (this.#waiting.get(socket) ?? 1) - 1);
      begin();
    });
    return true;
  }
}

/**
 * Whether a response is written to the socket, or will be. Node tells of an upgrade before the requests in front of it were
 * answered, and then the upgrade's answer would stand in the middle of theirs.
 */
export function isAnswering(socket: Duplex): boolean {
  return Boolean((socket as Duplex & { readonly _httpMessage?: unknown })._httpMessage);
}
