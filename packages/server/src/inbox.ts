// What a socket hears: its listeners, and the events that wait for them. Between the client's request to join and the moment
// when the application's connection handlers are through, events wait, so that none meets a socket whose listeners are not
// attached yet; the end of the socket waits behind them.

import { type EventEnvelope, Listeners, once, WirewayError } from "@wireway/protocol";
import type { Disconnection } from "./disconnection.ts";

/** What a waiting event costs beside its bytes. */
const waitingOverheadBytes = 64;

/** The event under which those are kept who hear all. */
export const any: unique symbol = Symbol("any");

export interface InboxContext {
  /** Most bytes that may wait. */
  readonly maxWaitingBytes: number;
  /** Acknowledges an event. @throws {WirewayError} when the answer cannot be sent. */
  answer(id: number, args: readonly unknown[]): void;
  /** A handler failed. */
  failed(error: unknown, event: string): void;
}

export class Inbox {
  readonly listeners: Listeners = new Listeners();
  readonly #context: InboxContext;
  #isOpen = false;
  #waiting: EventEnvelope[] = [];
  #waitingBytes = 0;
  /** Told last. */
  #disconnection: Disconnection | undefined;

  constructor(context: InboxContext) {
    this.#context = context;
  }

  /** @throws {WirewayError} when too much waits. */
  receive(envelope: EventEnvelope, bytes: number): void {
    if (this.#isOpen) {
      this.#handle(envelope);
      return;
    }
    const { maxWaitingBytes } = this.#context;
    this.#waitingBytes += bytes + waitingOverheadBytes;
    if (this.#waitingBytes > maxWaitingBytes) {
      const why = `events of more than ${maxWaitingBytes} bytes wait for the connection handlers`;
      throw new WirewayError("malformed_envelope", { why });
    }
    this.#waiting.push(envelope);
  }

  /** The listeners are attached. */
  open(): void {
    for (let envelope = this.#waiting.shift(); envelope; envelope = this.#waiting.shift()) this.#handle(envelope);
    this.#isOpen = true;
    this.#tell();
  }

  /** What waits is not heard any more. */
  clear(): void {
    this.#waiting = [];
  }

  /** Does not wait: it is about now. */
  warn(error: WirewayError): void {
    this.#call("warning", [error], "warning");
  }

  /** Nothing comes behind this. */
  finish(disconnection: Disconnection): void {
    this.#disconnection = disconnection;
    if (this.#isOpen) this.#tell();
  }

  #tell(): void {
    if (!this.#disconnection) return;
    const { reason } = this.#disconnection;
    this.#call("disconnect", [reason, this.#disconnection], "disconnect");
    this.#disconnection = undefined;
  }

  #handle({ id, args }: EventEnvelope): void {
    const [event, ...rest] = args;
    if (this.listeners.has(any)) this.#call(any, args, event);
    if (id === undefined) {
      this.#call(event, rest, event);
      return;
    }
    const answer = once((given) => this.#context.answer(id, given));
    this.#call(event, [...rest, answer], event, (result) => {
      // A handler without a result may still call the function later.
      if (result !== undefined) answer(result);
    });
  }

  #call(key: string | symbol, args: readonly unknown[], event: string, returned?: (result: unknown) => void): void {
    const failed = (error: unknown): void => this.#context.failed(error, event);
    void this.listeners.call(key, args, {
      returned: (result) => {
        try {
          returned?.(result);
        } catch (error) {
          failed(error);
        }
      },
      failed,
    });
  }
}
