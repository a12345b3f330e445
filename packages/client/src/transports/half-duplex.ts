// What streaming, sse and polling have in common: this side speaks in POSTs, one body at a time, and the first of them is
// the dial. How the server's side comes down is each transport's own business: its `dial`.

import {
  type CloseReason,
  type Connection,
  type ConnectionListener,
  nextStep,
  type Packet,
  type Request,
} from "@wireway/protocol";
import type { ClientEnvironment } from "../platform.ts";
import { fallback } from "./fallback.ts";
import { PostFailure, post, readPackets } from "./post.ts";
import { Reports } from "./reports.ts";
import { address, type Transport } from "./transport.ts";

/** What a dial has to work with. */
export interface Line {
  readonly environment: ClientEnvironment;
  readonly reports: Reports;
  /** Aborted when the connection is over. */
  readonly signal: AbortSignal;
  /** The transport's address with these fields in its query. */
  address(query?: Readonly<Record<string, string>>): string;
  heard(bytes: number): void;
}

/** Opens the way down with the first packets. @returns what settles the first send. @throws {PostFailure} */
export type Dial = (line: Line, packets: readonly Packet[], signal: AbortSignal) => Promise<readonly Packet[]>;

export function halfDuplex(name: string, polls: boolean, dial: Dial): Transport {
  return {
    name,
    streams: !polls,
    fallback,
    dial: (url, environment, listener) => new HalfDuplex(name, polls, dial, url, environment, listener),
  };
}

class HalfDuplex implements Connection, Line {
  readonly transport: string;
  readonly lane = "exchange";
  readonly polls: boolean;
  bytesReceived = 0;
  readonly environment: ClientEnvironment;
  readonly reports: Reports;
  readonly signal: AbortSignal;
  readonly #url: URL;
  #dial: Dial | undefined;
  #closed: CloseReason = "lost";

  constructor(
    name: string,
    polls: boolean,
    dial: Dial,
    url: URL,
    environment: ClientEnvironment,
    listener: ConnectionListener,
  ) {
    const abort = new AbortController();
    this.transport = name;
    this.polls = polls;
    this.#dial = dial;
    this.#url = url;
    this.environment = environment;
    this.signal = abort.signal;
    this.reports = new Reports(environment.clock, listener, () => abort.abort());
  }

  send(packets: readonly Packet[], timeoutMs: number): void {
    const dial = this.#dial;
    this.#dial = undefined;
    if (dial)
      this.#timed(timeoutMs, (signal) => dial(this, packets, signal)).then(
        (answer) => this.reports.settled("send", answer),
        (error: unknown) => this.reports.lost(causeOf(error)),
      );
    else this.#exchange("send", packets, timeoutMs);
  }

  poll(packets: readonly Packet[], timeoutMs: number): void {
    this.#exchange("poll", packets, timeoutMs);
  }

  close(reason: CloseReason): void {
    this.#closed = reason;
    this.reports.close(reason);
  }

  address(query: Readonly<Record<string, string>> = {}): string {
    return address(this.#url, { transport: this.transport, ...query });
  }

  heard(bytes: number): void {
    this.bytesReceived += bytes;
  }

  #exchange(request: Request, packets: readonly Packet[], timeoutMs: number): void {
    const url = this.address({ request });
    // A poll's answer may be large and the way slow: that it comes is a sign of life.
    const heard = request === "poll" ? (bytes: number) => this.heard(bytes) : undefined;
    const run = async (signal: AbortSignal): Promise<Packet[]> =>
      readPackets(await post(url, packets, this.environment, signal), heard);
    this.#timed(timeoutMs, run, request === "send").then(
      (answer) => this.reports.settled(request, answer),
      (error: unknown) => {
        if (error instanceof PostFailure && error.final) this.reports.lost(error.cause);
        else this.reports.settled(request, undefined, causeOf(error).code);
      },
    );
  }

  /** The signal is aborted when the time is up or the connection is over, whichever comes first. */
  async #timed<T>(timeoutMs: number, run: (signal: AbortSignal) => Promise<T>, speaks = false): Promise<T> {
    const { clock } = this.environment;
    const abort = new AbortController();
    const timer = clock.timer(() => abort.abort());
    const stop = (): void => {
      // That the session is over may be what the body says: it has the rest of its time.
      if (!speaks || nextStep(this.#closed) === "resume") abort.abort();
    };
    timer.arm(clock.now() + timeoutMs);
    this.signal.addEventListener("abort", stop);
    try {
      return await run(abort.signal);
    } finally {
      timer.arm(Number.POSITIVE_INFINITY);
      this.signal.removeEventListener("abort", stop);
    }
  }
}

function causeOf(error: unknown): PostFailure["cause"] {
  return error instanceof PostFailure ? error.cause : { message: String(error) };
}
