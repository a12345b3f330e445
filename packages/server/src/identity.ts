// Who somebody is, as the application's `authenticate` tells, and asking it: in limited time, and so that only an answer of the
// right shape comes out.
// Not here: which session belongs to whom, and when it is asked (guard).

import { type Clock, Refusal } from "@wireway/protocol";
import type { ErrorReport } from "./error-report.ts";
import type { SocketData } from "./event-name.ts";
import type { Handshake } from "./handshake.ts";
import { RequestError } from "./request-error.ts";
import { TimeLimit } from "./time-limit.ts";

/** What `authenticate` returns. */
export interface Identity<Data = SocketData> {
  /** Name of the user, such as an account's id. All sockets of a session are the same user's, whoever resumes it. */
  readonly user: string;
  /** Merged into `socket.data` before the middlewares run. */
  readonly data?: Partial<Data>;
  /** Until when that holds, in milliseconds since the epoch; for ever when it is left out. */
  readonly expiresAtMs?: number;
}

/**
 * Tells who a client is, by its request and by the `auth` that it gave. Throws a `Refusal` for whoever may not come in. It is
 * asked when a client joins a namespace, when it renews its auth, and when a request resumes a session or belongs to one and
 * carries other cookies or another `Authorization` than those before.
 */
export type Authenticate = (
  handshake: Handshake,
  auth: Readonly<Record<string, unknown>>,
) => Identity | Promise<Identity>;

export interface IdentifierOptions {
  readonly authenticate: Authenticate;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly report: ErrorReport;
}

export class Identifier {
  readonly #authenticate: Authenticate;
  readonly #report: ErrorReport;
  readonly #limit: TimeLimit<(error: RequestError) => void>;

  constructor({ authenticate, timeoutMs, clock, report }: IdentifierOptions) {
    this.#authenticate = authenticate;
    this.#report = report;
    this.#limit = new TimeLimit(timeoutMs, clock, (fail) => fail(unavailable(timeoutMs)));
  }

  /** Rejects with a `Refusal`; else, when nothing could be found out, with `authentication_unavailable`. */
  async ask(handshake: Handshake, auth: Readonly<Record<string, unknown>>): Promise<Identity> {
    let late: (error: RequestError) => void = () => undefined;
    const lateness = new Promise<never>((_resolve, reject) => {
      late = reject;
    });
    this.#limit.start(late);
    try {
      return checked(await Promise.race([lateness, this.#call(handshake, auth)]));
    } catch (error) {
      if (error instanceof Refusal) throw error;
      this.#report(error, { event: "authenticate" });
      throw error instanceof RequestError ? error : unavailable(this.#limit.limitMs);
    } finally {
      this.#limit.stop(late);
    }
  }

  async #call(handshake: Handshake, auth: Readonly<Record<string, unknown>>): Promise<Identity> {
    return this.#authenticate(handshake, auth);
  }
}

function checked(identity: Identity): Identity {
  const { user, data, expiresAtMs } = Object(identity) as Partial<Record<keyof Identity, unknown>>;
  if (typeof user !== "string" || user === "")
    throw new TypeError("authenticate must return a user: a text, not empty");
  if (data !== undefined && (typeof data !== "object" || data === null)) {
    throw new TypeError("authenticate must return an object as data, or none");
  }
  if (expiresAtMs !== undefined && !(typeof expiresAtMs === "number" && expiresAtMs >= 0)) {
    throw new TypeError("authenticate must return a number of milliseconds as expiresAtMs, or none");
  }
  if (expiresAtMs !== undefined && expiresAtMs <= Date.now()) throw new Refusal("authentication_expired");
  return identity;
}

function unavailable(limit: number): RequestError {
  return new RequestError("authentication_unavailable", { limit });
}
