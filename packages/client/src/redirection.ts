// A server's wish to be left, on its way to be fulfilled: at a random moment of the time it gave, so that those who were
// asked together do not leave together, and not before what was said until then is confirmed, because it would be handed
// back although it arrives.
// Not here: the next session, and where it begins (client).

import type { ClientSession, Clock, Driver, Redirect, Timer } from "@wireway/protocol";
import type { Environment } from "./platform.ts";

/** How often a session that is to be left is looked at, whether what it said is confirmed. */
const checkMs = 50;

export class Redirection {
  readonly url: string | undefined;
  readonly #driver: Driver<ClientSession>;
  readonly #clock: Clock;
  readonly #timer: Timer;
  #goAtMs: number;
  /** Number of the last message that was said in time; unset until it is time. */
  #last: number | undefined;

  constructor(driver: Driver<ClientSession>, { withinMs, url }: Redirect, { clock, random }: Environment) {
    this.url = url;
    this.#driver = driver;
    this.#clock = clock;
    this.#goAtMs = clock.now() + random() * withinMs;
    this.#timer = clock.timer(() => this.#go());
    this.#timer.arm(this.#goAtMs);
  }

  /** The session is over. */
  stop(): void {
    this.#timer.arm(Number.POSITIVE_INFINITY);
  }

  #go(): void {
    const { current, ledger, terms } = this.#driver.session;
    const now = this.#clock.now();
    if (this.#last === undefined) {
      this.#last = ledger.outbox.sent;
      this.#goAtMs = now;
      // The answer tells what has arrived.
      if (ledger.outbox.length > 0) this.#driver.run((session) => session.wake(now));
    }
    // Without a connection there is nobody to say goodbye to either.
    const isReady = current !== undefined && ledger.outbox.acked >= this.#last;
    if (!isReady && now < this.#goAtMs + terms.pingTimeoutMs) this.#timer.arm(now + checkMs);
    else this.#driver.close("server_closing");
  }
}
