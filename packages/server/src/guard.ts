// Whose a session is: who joined it, whether whoever resumes it or sends for it is the same user, and until when that holds.
// A token alone opens nothing here: `authenticate` is asked about the request that shows it, with the auth that the session's
// owner gave.
// Not here: asking the application (identity), ending all sessions of a user (users).

import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { type Clock, Refusal, type Timer } from "@wireway/protocol";
import type { Handshake } from "./handshake.ts";
import type { Identifier, Identity } from "./identity.ts";
import { RequestError } from "./request-error.ts";
import type { Users } from "./users.ts";

type Auth = Readonly<Record<string, unknown>>;

/** What one session may have approved, and may have met before it was anybody's. */
const maxApproved = 8;
const maxUnidentified = 4;

/** How often one session may be asked about at a time: for who shows what was approved, and for all others together. */
const maxAsking = 8;

export interface GuardContext {
  readonly clock: Clock;
  readonly identifier: Identifier;
  /** Between the end of an identity and that of its session. */
  readonly graceMs: number;
  readonly endings: Pick<Users<unknown>, "mark" | "wasEnded">;
  /** The session is somebody's from now on. */
  readonly identified: (user: string) => void;
  /** The identity does not hold any more; the session goes on for `graceMs`. */
  readonly expired: () => void;
  /** The time of grace is over. */
  readonly overdue: () => void;
}

export class Guard {
  readonly #context: GuardContext;
  readonly #handshake: Handshake;
  readonly #timer: Timer;
  /** From the oldest to the newest. */
  readonly #approved: Set<string>;
  /** Requests with other credentials that came before the session was anybody's, by credentials. */
  readonly #unidentified = new Map<string, Handshake>();
  #user: string | undefined;
  /** What was last accepted. */
  #auth: Auth = {};
  /** Apart, so that a thief who asks and asks keeps nobody out whose session it is. */
  readonly #asking = { known: 0, others: 0 };
  #state: "valid" | "grace" | "over" = "valid";

  /** @param handshake of the request that began the session. */
  constructor(handshake: Handshake, context: GuardContext) {
    this.#handshake = handshake;
    this.#context = context;
    this.#approved = new Set([credentialsOf(handshake.headers)]);
    this.#timer = context.clock.timer(() => this.#late());
  }

  get user(): string | undefined {
    return this.#user;
  }

  /** For a socket that wants in, or that shows new auth. Rejects with a Refusal, or `authentication_unavailable`. */
  async identify(auth: Auth): Promise<Identity> {
    const { endings } = this.#context;
    const { mark } = endings;
    const identity = await this.#ask(this.#handshake, auth);
    for (const [credentials, other] of this.#unidentified) await this.#compare(identity, credentials, other, auth);
    // Another socket of the session may have been faster.
    if (this.#user !== undefined && this.#user !== identity.user) throw new Refusal("other_user");
    if (this.#state === "over") throw new Refusal("authentication_expired");
    if (endings.wasEnded(identity.user, mark)) throw new Refusal("disconnected");
    if (this.#user === undefined) {
      this.#user = identity.user;
      this.#context.identified(identity.user);
    }
    this.#auth = auth;
    this.#hold(identity);
    return identity;
  }

  /** Whether a dial may have the session. Rejects with `authentication_unavailable` when nobody can tell. */
  approveDial(handshake: Handshake): boolean | Promise<boolean> {
    const credentials = credentialsOf(handshake.headers);
    if (this.#user === undefined) return this.#meet(credentials, () => handshake);
    return this.#approve(credentials, handshake);
  }

  /** Whether a request of a connection may speak for the session; asked only with other credentials than before. */
  approveRequest(headers: IncomingHttpHeaders, handshake: () => Handshake): boolean | Promise<boolean> {
    const credentials = credentialsOf(headers);
    if (this.#user === undefined) return this.#meet(credentials, handshake);
    return this.#approved.has(credentials) || this.#approve(credentials, handshake());
  }

  /** The session is over. */
  end(): void {
    this.#state = "over";
    this.#timer.arm(Number.POSITIVE_INFINITY);
  }

  /** The session is nobody's yet, and nothing was said to anybody. Whom we met by then has to be the same user. */
  #meet(credentials: string, handshake: () => Handshake): boolean {
    if (this.#approved.has(credentials) || this.#unidentified.has(credentials)) return true;
    if (this.#unidentified.size >= maxUnidentified) return false;
    this.#unidentified.set(credentials, handshake());
    return true;
  }

  async #compare({ user }: Identity, credentials: string, handshake: Handshake, auth: Auth): Promise<void> {
    const other = await this.#ask(handshake, auth);
    if (other.user !== user) throw new Refusal("other_user");
    this.#remember(credentials);
    this.#unidentified.delete(credentials);
  }

  async #approve(credentials: string, handshake: Handshake): Promise<boolean> {
    try {
      const identity = await this.#ask(handshake, this.#auth);
      if (identity.user !== this.#user || this.#state === "over") return false;
      this.#remember(credentials);
      this.#hold(identity);
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  async #ask(handshake: Handshake, auth: Auth): Promise<Identity> {
    const asker = this.#approved.has(credentialsOf(handshake.headers)) ? "known" : "others";
    if (this.#asking[asker] >= maxAsking) throw new RequestError("too_many_handshakes", { limit: maxAsking });
    this.#asking[asker]++;
    try {
      return await this.#context.identifier.ask(handshake, auth);
    } finally {
      this.#asking[asker]--;
    }
  }

  #remember(credentials: string): void {
    this.#approved.delete(credentials);
    this.#approved.add(credentials);
    for (const oldest of this.#approved) {
      if (this.#approved.size <= maxApproved) return;
      this.#approved.delete(oldest);
    }
  }

  /** The last answer counts. */
  #hold({ expiresAtMs = Number.POSITIVE_INFINITY }: Identity): void {
    this.#state = "valid";
    this.#timer.arm(this.#context.clock.now() + (expiresAtMs - Date.now()));
  }

  #late(): void {
    const { clock, graceMs, expired, overdue } = this.#context;
    switch (this.#state) {
      case "valid":
        this.#state = "grace";
        this.#timer.arm(clock.now() + graceMs);
        expired();
        return;
      case "grace":
        this.#state = "over";
        overdue();
        return;
      case "over":
        return;
    }
  }
}

/** What a request shows by itself. Only compared, so that its digest will do. */
function credentialsOf({ cookie = "", authorization = "" }: IncomingHttpHeaders): string {
  return cookie || authorization ? hash("sha256", `${cookie}\n${authorization}`, "base64") : "";
}
