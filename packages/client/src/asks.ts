// What one socket has asked in one session: the events whose answers are waited for.

import { type AckLimits, Acknowledgements, type Settle, WirewayError } from "@wireway/protocol";
import type { Outflow } from "./outflow.ts";

export class Asks {
  readonly #outflow: Outflow;
  readonly #acknowledgements = new Acknowledgements();

  constructor(outflow: Outflow) {
    this.#outflow = outflow;
  }

  /** Gives an id to what `push` sends, and lets it settle once that was taken. @throws {WirewayError} what `push` throws. */
  ask(settle: Settle, limits: AckLimits, push: (id: number) => boolean): boolean {
    const { outbox, clock } = this.#outflow;
    let number: number | undefined;
    const settled: Settle = (error, answer) => {
      if (number === undefined) return;
      if (!error) this.#outflow.answered(number);
      settle(error, answer);
    };
    const id = this.#acknowledgements.expect(settled, limits, clock);
    try {
      const isBelow = push(id);
      number = outbox.sent;
      return isBelow;
    } catch (error) {
      // What was not taken has thrown; but of a volatile one that was dropped nobody else tells.
      if (!(error instanceof WirewayError && error.code === "dropped")) {
        this.fail(id, new WirewayError("closed"));
        throw error;
      }
      number = 0;
      clock.defer(() => this.fail(id, error));
      return false;
    }
  }

  answered(id: number, args: readonly unknown[]): void {
    this.#acknowledgements.answered(id, args);
  }

  fail(id: number, error: WirewayError): void {
    this.#acknowledgements.fail(id, error);
  }

  end(error: WirewayError): void {
    this.#acknowledgements.failAll(error);
  }
}
