// The answers to one broadcast. It is settled when everybody who was asked has answered or is over, so it needs no time limit;
// with one, or with a signal, it may be settled earlier. What comes after that is nobody's.

import { isPromise, type WirewayError } from "@wireway/protocol";

/** Called once: with the answers that came, and with an error when some that might still have come were not waited for. */
export type SettleAll = (error: WirewayError | undefined, answers: readonly unknown[]) => unknown;

/** The application's own function as such a one: what it throws goes to `failed`, and an asynchronous failure too. */
export function settler(callback: SettleAll, failed: (error: unknown) => void): SettleAll {
  return (error, answers) => {
    try {
      const result = callback(error, [...answers]);
      if (isPromise(result)) void Promise.resolve(result).catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  };
}

/** Who was asked: a socket, or a server that asks its own. */
export interface Asked {
  /** The answer is not waited for any more. */
  forget(id: number): void;
}

export class BroadcastAnswers {
  /** Odd: even ones are the sockets' own. */
  readonly id: number;
  /** Name of the event, where a contract says what its answers are. */
  event: string | undefined;
  readonly #settle: SettleAll;
  readonly #heard: ((answer: unknown) => void) | undefined;
  readonly #waiting = new Set<Asked>();
  readonly #answers: unknown[] = [];
  #state: "asking" | "waiting" | "settled" = "asking";

  /** @param heard told of each answer when it comes. */
  constructor(id: number, settle: SettleAll, heard?: (answer: unknown) => void) {
    this.id = id;
    this.#settle = settle;
    this.#heard = heard;
  }

  get answers(): readonly unknown[] {
    return this.#answers;
  }

  /** How many have not answered. */
  get waiting(): number {
    return this.#waiting.size;
  }

  expect(asked: Asked): void {
    this.#waiting.add(asked);
  }

  /** Some of its answers, or the only one. */
  add(asked: Asked, answers: readonly unknown[]): void {
    if (!this.#waiting.has(asked)) return;
    for (const answer of answers) {
      this.#answers.push(answer);
      this.#heard?.(answer);
    }
  }

  /** It will not say more. */
  over(asked: Asked): void {
    if (this.#waiting.delete(asked)) this.#check();
  }

  /** All were asked. */
  complete(): void {
    if (this.#state !== "asking") return;
    this.#state = "waiting";
    this.#check();
  }

  /** Waits no longer. */
  fail(error: WirewayError): void {
    this.#end(error);
  }

  #check(): void {
    if (this.#state === "waiting" && this.#waiting.size === 0) this.#end(undefined);
  }

  #end(error: WirewayError | undefined): void {
    if (this.#state === "settled") return;
    this.#state = "settled";
    const left = [...this.#waiting];
    this.#waiting.clear();
    for (const asked of left) asked.forget(this.id);
    this.#settle(error, this.#answers);
  }
}
