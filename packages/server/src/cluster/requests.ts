// What this server asked the others and has no answer to yet. An answer is waited for as long as the server that owes it
// lives; who asked may set a time limit of its own.

import { WirewayError } from "@wireway/protocol";
import type { Asked, BroadcastAnswers } from "../broadcast-answers.ts";

/** Questions that may wait for answers at a time. */
const maxRequests = 10_000;

interface Request {
  readonly answers: BroadcastAnswers;
  /** Those that have not told all, by their ids. */
  readonly servers: Map<string, Asked>;
}

export class Requests {
  readonly #pending = new Map<number, Request>();
  readonly #abandoned: (id: number) => void;

  /** @param abandoned told once of each question whose answers nobody waits for any more though some are missing. */
  constructor(abandoned: (id: number) => void) {
    this.#abandoned = abandoned;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** @throws {WirewayError} `too_many_waiting` */
  checkRoom(): void {
    if (this.#pending.size >= maxRequests) throw tooMany();
  }

  /** The answers are to hold those of these servers too. */
  begin(answers: BroadcastAnswers, servers: readonly string[]): void {
    const { id } = answers;
    if (servers.length === 0) return;
    const asked: Asked = { forget: () => this.#forget(id) };
    this.#pending.set(id, { answers, servers: new Map(servers.map((server) => [server, { ...asked }])) });
    for (const one of this.#pending.get(id)?.servers.values() ?? []) answers.expect(one);
  }

  answered(server: string, id: number, given: readonly unknown[], done: boolean): void {
    const request = this.#pending.get(id);
    const asked = request?.servers.get(server);
    if (!request || !asked) return;
    request.answers.add(asked, given);
    if (done) this.#over(request, server, asked);
  }

  /** It will answer nothing any more. */
  lost(server: string): void {
    for (const request of [...this.#pending.values()]) {
      const asked = request.servers.get(server);
      if (asked) this.#over(request, server, asked);
    }
  }

  /** Nothing is answered any more. */
  end(): void {
    for (const { answers } of [...this.#pending.values()]) answers.fail(new WirewayError("closed"));
  }

  #over({ answers, servers }: Request, server: string, asked: Asked): void {
    servers.delete(server);
    if (servers.size === 0) this.#pending.delete(answers.id);
    answers.over(asked);
  }

  #forget(id: number): void {
    if (this.#pending.delete(id)) this.#abandoned(id);
  }
}

function tooMany(): WirewayError {
  const sentence = `more than ${maxRequests} questions to other servers wait for answers`;
  return new WirewayError("too_many_waiting", { limit: maxRequests }, sentence);
}
