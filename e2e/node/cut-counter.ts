// Counts what somebody between client and server has cut: connections to the server that ended unfinished, and that the
// client had not given up. A proxy may keep those for a while, so each request is numbered, and the client's end is watched.

import type { Stage } from "./stage.ts";

const numberHeader = "x-test-number";
const lookEveryMs = 200;
/** The ends of a connection do not learn at the same moment that it was cut. */
const togetherMs = 1_000;

export class CutCounter {
  cuts = 0;
  /** An option of `connect`. */
  readonly fetch: typeof fetch;
  readonly #givenUpAtMs = new Map<string, number>();

  /** @param leastIdleMs for how long nothing passed before what counts as a cut */
  constructor({ http }: Stage, leastIdleMs = 0, inner: typeof fetch = fetch) {
    let requests = 0;
    this.fetch = async (input, init = {}) => {
      const number = String(++requests);
      init.signal?.addEventListener("abort", () => this.#givenUpAtMs.set(number, performance.now()));
      return await inner(input, { ...init, headers: { ...(init.headers as object), [numberHeader]: number } });
    };
    http.on("request", (request, response) => {
      const { socket, headers } = request;
      let [bytes, busyAtMs] = [-1, 0];
      const look = (): void => {
        const now = socket.bytesRead + socket.bytesWritten;
        if (now !== bytes) [bytes, busyAtMs] = [now, performance.now()];
      };
      look();
      const timer = setInterval(look, lookEveryMs);
      const ended = (isFinished: boolean): void => {
        clearInterval(timer);
        const now = performance.now();
        const givenUpAtMs = this.#givenUpAtMs.get(String(headers[numberHeader])) ?? now;
        if (!isFinished && now - busyAtMs >= leastIdleMs && now - givenUpAtMs < togetherMs) this.cuts++;
      };
      // An upgrade ends the response, and the connection goes on.
      if (headers.upgrade !== undefined) socket.once("close", () => ended(false));
      else response.once("close", () => ended(response.writableFinished));
    });
  }
}
