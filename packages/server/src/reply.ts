// The way in which one event of a client's is answered: by what a handler returns, by the function that it calls, or by what
// it throws. Whatever comes second does nothing.

import {
  type Complaint,
  type ContractCheck,
  checkComplaint,
  failureComplaint,
  isPromise,
  type Outcome,
  Refusal,
  WirewayError,
} from "@wireway/protocol";
import type { EventRefusal } from "./event-middleware.ts";

export interface ReplyContext {
  events(): ContractCheck | undefined;
  /** @throws {WirewayError} when the answer cannot be sent. */
  answer(id: number, args: readonly unknown[]): void;
  complain(complaint: Complaint, id: number | undefined): void;
  /** Something of the application's failed. */
  failed(error: unknown, event: string): void;
}

export class Reply implements Outcome {
  readonly #context: ReplyContext;
  readonly #event: string;
  /** Undefined when the client waits for no answer. */
  readonly #id: number | undefined;
  #isGiven = false;

  constructor(context: ReplyContext, event: string, id: number | undefined) {
    this.#context = context;
    this.#event = event;
    this.#id = id;
  }

  get isWanted(): boolean {
    return this.#id !== undefined;
  }

  /** @throws {WirewayError} when the answer cannot be sent, or is not what the contract says. */
  give(args: readonly unknown[]): void {
    if (this.#id === undefined || this.#isGiven) return;
    this.#isGiven = true;
    const id = this.#id;
    try {
      const checked = this.#context.events()?.answer(this.#event, args) ?? args;
      if (isPromise(checked)) void this.#giveLater(id, checked as Promise<readonly unknown[]>);
      else this.#context.answer(id, checked as readonly unknown[]);
    } catch (error) {
      this.#complain({ code: "handler_failed", event: this.#event });
      throw error;
    }
  }

  /** A handler is through. One without a result may still call the function later. */
  returned(result: unknown): void {
    if (result === undefined) return;
    try {
      this.give([result]);
    } catch (error) {
      this.#context.failed(error, this.#event);
    }
  }

  /** What a handler threw, or its promise rejected with. */
  failed(error: unknown): void {
    this.fail(error);
  }

  /** A handler or a middleware threw: a refusal is meant for the client, anything else is the application's own failure. */
  fail(error: unknown): void {
    const isRefusal = error instanceof Refusal;
    if (!isRefusal) this.#context.failed(error, this.#event);
    // Nobody waits for the word that a handler failed.
    if (isRefusal || this.isWanted) this.#tell(failureComplaint(error, this.#event));
  }

  /** A middleware did not let the event pass. */
  reject({ error, by }: EventRefusal): void {
    if (error instanceof Refusal) return this.fail(error);
    const said = by === "next" && error instanceof Error ? { message: error.message } : {};
    if (by === "throw") this.#context.failed(error, this.#event);
    this.#tell({ code: "rejected", event: this.#event, ...said });
  }

  /** What was sent is not what the contract says: the client's fault. Another error is a schema's own failure. */
  refuse(error: unknown): void {
    if (!(error instanceof WirewayError)) return this.fail(error);
    this.#tell(checkComplaint(error, this.#event));
  }

  async #giveLater(id: number, checked: Promise<readonly unknown[]>): Promise<void> {
    try {
      this.#context.answer(id, await checked);
    } catch (error) {
      this.#complain({ code: "handler_failed", event: this.#event });
      this.#context.failed(error, this.#event);
    }
  }

  #tell(complaint: Complaint): void {
    if (this.#isGiven) return;
    this.#isGiven = true;
    this.#complain(complaint);
  }

  #complain(complaint: Complaint): void {
    this.#context.complain(complaint, this.#id);
  }
}
