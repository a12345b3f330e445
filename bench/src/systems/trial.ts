// When a client of Wireway asks its WebSocket for another round trip than the answer to its dial: with the first thing that it
// says, or a while after the answer. One timer serves the clients of a process.
// Source: docs/protocol.md, ClientSession ("What proves a road").

const restMs = 2_000;

/** Those that rest on their answer, in the order of their time. */
const resting: { readonly trial: Trial; readonly untilMs: number }[] = [];

export class Trial {
  readonly #ask: () => void;
  #isDue = false;

  /** `ask` is called when the time has come, and nothing was said. */
  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** An answer came, and confirmed everything. */
  rest(): void {
    this.#isDue = true;
    resting.push({ trial: this, untilMs: performance.now() + restMs });
    if (resting.length === 1) setTimeout(look, restMs);
  }

  /** Something is said now. @returns whether a ping goes in front of it. */
  begin(): boolean {
    const isDue = this.#isDue;
    this.#isDue = false;
    return isDue;
  }

  look(): void {
    if (this.begin()) this.#ask();
  }
}

function look(): void {
  const now = performance.now();
  const left = resting.findIndex(({ untilMs }) => untilMs > now);
  for (const { trial } of resting.splice(0, left < 0 ? resting.length : left)) trial.look();
  const [next] = resting;
  if (next) setTimeout(look, next.untilMs - now);
}
