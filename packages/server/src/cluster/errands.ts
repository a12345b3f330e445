// What other servers asked of this one's sockets: answers are passed on as they come, several at a time where they come
// together, until the last one is there or nobody waits for them any more.

import { type Clock, WirewayError } from "@wireway/protocol";
import { BroadcastAnswers } from "../broadcast-answers.ts";

export interface ErrandsContext {
  readonly clock: Clock;
  readonly answer: (to: string, id: number, answers: readonly unknown[], done: boolean) => void;
}

interface Errand {
  readonly from: string;
  readonly answers: BroadcastAnswers;
}

export class Errands {
  readonly #context: ErrandsContext;
  readonly #all = new Map<string, Errand>();

  constructor(context: ErrandsContext) {
    this.#context = context;
  }

  get size(): number {
    return this.#all.size;
  }

  /** @param ask asks this server's sockets. */
  begin(from: string, id: number, limitMs: number | undefined, ask: (answers: BroadcastAnswers) => void): void {
    const { clock, answer } = this.#context;
    const key = keyOf(from, id);
    let collected: unknown[] = [];
    let flushing: NodeJS.Immediate | undefined;
    const flush = (done: boolean): void => {
      clearImmediate(flushing);
      flushing = undefined;
      answer(from, id, collected, done);
      collected = [];
    };
    const answers = new BroadcastAnswers(
      id,
      (error) => {
        timer.arm(Number.POSITIVE_INFINITY);
        this.#all.delete(key);
        clearImmediate(flushing);
        if (error?.code !== "aborted") flush(true);
      },
      (one) => {
        collected.push(one);
        flushing ??= setImmediate(() => flush(false));
      },
    );
    const timer = clock.timer(() => answers.fail(new WirewayError("timed_out", { limit: limitMs ?? 0 })));
    if (limitMs !== undefined) timer.arm(clock.now() + limitMs);
    this.forget(from, id);
    this.#all.set(key, { from, answers });
    try {
      ask(answers);
    } finally {
      // Whoever asked waits for as long as this server lives, also where nobody can be asked.
      answers.complete();
    }
  }

  /** That server does not wait for it any more. */
  forget(from: string, id: number): void {
    this.#all.get(keyOf(from, id))?.answers.fail(new WirewayError("aborted"));
  }

  /** That server is gone, or seems so: one that only stood still has to hear that no more comes. */
  lost(server: string): void {
    for (const { from, answers } of [...this.#all.values()]) {
      if (from === server) answers.fail(new WirewayError("disconnected"));
    }
  }
}

function keyOf(from: string, id: number): string {
  return `${id} ${from}`;
}
