// This server's end of the adapter: what is said before it is open waits, and whatever the adapter fails at is reported.

import { type Clock, isPromise, WirewayError } from "@wireway/protocol";
import type { Adapter } from "../adapter.ts";
import type { ErrorReport } from "../error-report.ts";
import { type ClusterMessage, decodeClusterMessage, encodeClusterMessage } from "./cluster-message.ts";

/** Messages that may wait until the adapter is open. */
const maxWaiting = 1_024;

/** How long what is said last may take to get out: an adapter that is cut off may never bring it. */
const lastMs = 2_000;

export interface LinkContext {
  readonly adapter: Adapter;
  readonly clock: Clock;
  readonly report: ErrorReport;
  /** It can be spoken from now on. */
  readonly opened: () => void;
  readonly received: (message: ClusterMessage) => void;
}

export class Link {
  readonly #context: LinkContext;
  #state: "opening" | "open" | "closed" = "opening";
  #waiting: Uint8Array[] = [];
  /** What was published last, until it is on its way. */
  #last: Promise<void> | undefined;

  constructor(context: LinkContext) {
    this.#context = context;
    void this.#open();
  }

  /** @throws {WirewayError} `not_serializable` */
  publish(message: ClusterMessage): void {
    if (this.#state === "closed") return;
    const data = encodeClusterMessage(message);
    if (this.#state === "open") this.#hand(data);
    else if (this.#waiting.length < maxWaiting) this.#waiting.push(data);
    else this.#failed(tooMany());
  }

  /** Resolves when the adapter is closed, whatever it said. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#waiting = [];
    // What was said last, that this server goes, has to get out.
    await this.#lastOut();
    try {
      await this.#context.adapter.close();
    } catch (error) {
      this.#failed(error);
    }
  }

  #lastOut(): Promise<void> {
    const { clock } = this.#context;
    return new Promise((resolve) => {
      const timer = clock.timer(resolve);
      if (this.#last) timer.arm(clock.now() + lastMs);
      void Promise.resolve(this.#last).then(() => {
        timer.arm(Number.POSITIVE_INFINITY);
        resolve();
      });
    });
  }

  async #open(): Promise<void> {
    const { adapter, opened } = this.#context;
    try {
      // Later, so that whoever made the server can listen for errors first.
      await Promise.resolve();
      await adapter.open((data) => this.#receive(data));
    } catch (error) {
      this.#failed(error);
      await this.close();
      return;
    }
    if (this.#state === "closed") return;
    this.#state = "open";
    opened();
    for (const data of this.#waiting.splice(0)) this.#hand(data);
  }

  #hand(data: Uint8Array): void {
    try {
      const published = this.#context.adapter.publish(data);
      if (isPromise(published)) this.#last = Promise.resolve(published).catch((error) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #receive(data: Uint8Array): void {
    if (this.#state === "closed") return;
    try {
      this.#context.received(decodeClusterMessage(data));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#context.report(error, { event: "adapter" });
  }
}

function tooMany(): WirewayError {
  const sentence = `more than ${maxWaiting} messages for other servers wait until the adapter is open`;
  return new WirewayError("too_many_waiting", { limit: maxWaiting }, sentence);
}
