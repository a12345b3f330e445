// Which sessions are whose, so that all of a user's can be ended at once, those without a connection too.

import type { Clock } from "@wireway/protocol";
import { TimeLimit } from "./time-limit.ts";

export class Users<T> {
  readonly #sessions = new Map<string, Set<T>>();
  /** Users that were ended a short while ago, as long as somebody may be asked about them since before. */
  readonly #endings = new Map<string, number>();
  readonly #recent: TimeLimit<string>;
  #now = 0;

  /** @param askingMs how long it may take at most to find out who somebody is. */
  constructor(askingMs: number, clock: Clock) {
    this.#recent = new TimeLimit(askingMs + 1_000, clock, (user) => this.#endings.delete(user));
  }

  /** When asking who somebody is begins: for `wasEnded`. */
  get mark(): number {
    return this.#now;
  }

  /** Whether the user was ended since the mark: what was found out since then may come from before. */
  wasEnded(user: string, mark: number): boolean {
    return (this.#endings.get(user) ?? 0) > mark;
  }

  add(user: string, session: T): void {
    const sessions = this.#sessions.get(user);
    if (sessions) sessions.add(session);
    else this.#sessions.set(user, new Set([session]));
  }

  delete(user: string, session: T): void {
    const sessions = this.#sessions.get(user);
    if (sessions?.delete(session) && sessions.size === 0) this.#sessions.delete(user);
  }

  /** @returns the user's sessions, which are to be ended. */
  end(user: string): readonly T[] {
    this.#endings.set(user, ++this.#now);
    this.#recent.start(user);
    return [...(this.#sessions.get(user) ?? [])];
  }
}
