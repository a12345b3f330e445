// Middlewares of the kind that Express has, in front of every request of ours, upgrades among them: express-session, helmet,
// passport. They see Node's request and response, go on with `next`, or answer themselves, which refuses the request.
// Not here: connection middlewares, which see a socket (namespace); how an upgrade comes to have a response (upgrade).

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "@wireway/protocol";
import type { ErrorReport } from "./error-report.ts";
import { RequestError } from "./request-error.ts";
import { TimeLimit } from "./time-limit.ts";
import { endResponse } from "./upgrade.ts";

type Next = (error?: unknown) => void;

/**
 * Express's shape, with exactly three parameters. Written as a method, so that one which is typed for Express's own request
 * and response passes too; it has to get along with Node's.
 */
export type HttpMiddleware = {
  middleware(request: IncomingMessage, response: ServerResponse, next: Next): unknown;
}["middleware"];

/** Whether the function is meant for requests: by the number of its parameters, as Express tells its own kinds apart. */
export function isHttpMiddleware(middleware: { readonly length: number }): middleware is HttpMiddleware {
  return middleware.length === 3;
}

/** `passed`: all called `next`. `answered`: one of them has answered, or ended the response. */
export type MiddlewareOutcome = "passed" | "answered";

export class HttpMiddlewares {
  readonly #all: HttpMiddleware[] = [];
  readonly #limit: TimeLimit<{ late(limitMs: number): void }>;
  readonly #report: ErrorReport;

  constructor(timeoutMs: number, clock: Clock, report: ErrorReport) {
    this.#report = report;
    this.#limit = new TimeLimit(timeoutMs, clock, (run) => run.late(timeoutMs));
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  add(middleware: HttpMiddleware): void {
    this.#all.push(middleware);
  }

  /** Rejects with what a middleware threw or passed to `next`, or with `middleware_timeout`. */
  async run(request: IncomingMessage, response: ServerResponse): Promise<MiddlewareOutcome> {
    const run = new Run([...this.#all], request, response, this.#report);
    this.#limit.start(run);
    try {
      return await run.outcome;
    } finally {
      this.#limit.stop(run);
    }
  }

  /** Behind them, for an upgrade: see `endResponse`. One that does not come to its end in time is not waited for. */
  async end(response: ServerResponse, socket: Duplex): Promise<OutgoingHttpHeaders> {
    const ending = { late: (): unknown => response.emit("close") };
    this.#limit.start(ending);
    try {
      return await endResponse(response, socket);
    } finally {
      // Whoever waits for the end of the response (a logger, a time limit) waits no longer.
      if (this.#limit.stop(ending)) response.emit("close");
    }
  }
}

/** One request on its way through all of them. */
class Run {
  readonly outcome: Promise<MiddlewareOutcome>;
  readonly #middlewares: readonly HttpMiddleware[];
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #report: ErrorReport;
  #settle: { resolve: (outcome: MiddlewareOutcome) => void; reject: (error: unknown) => void } | undefined;

  constructor(
    middlewares: readonly HttpMiddleware[],
    request: IncomingMessage,
    response: ServerResponse,
    report: ErrorReport,
  ) {
    this.#middlewares = middlewares;
    this.#request = request;
    this.#response = response;
    this.#report = report;
    this.outcome = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    response.on("finish", this.#answered).on("close", this.#answered);
    this.#call(0);
  }

  late(limitMs: number): void {
    const response = this.#response;
    // It began an answer and does not end it: there is no other that could be given.
    if (response.headersSent) response.destroy();
    this.#fail(new RequestError("middleware_timeout", { limit: limitMs }));
  }

  #call(index: number): void {
    if (!this.#settle) return;
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return this.#answered();
    const middleware = this.#middlewares[index];
    if (!middleware) return this.#release()?.resolve("passed");
    let isDecided = false;
    const decide = (proceed: () => void): void => {
      if (isDecided) return;
      isDecided = true;
      proceed();
    };
    const next: Next = (error) => {
      // express-session tells of a session that could not be saved when it has long let the request pass.
      if (error && isDecided) this.#report(error, { event: "request" });
      decide(() => (error ? this.#fail(error) : this.#call(index + 1)));
    };
    const failed = (error: unknown): void => {
      if (!this.#settle || isDecided) this.#report(error, { event: "request" });
      decide(() => this.#fail(error));
    };
    try {
      Promise.resolve(middleware(this.#request, response, next)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #fail(error: unknown): void {
    this.#release()?.reject(error);
  }

  readonly #answered = (): void => this.#release()?.resolve("answered");

  #release(): { resolve: (outcome: MiddlewareOutcome) => void; reject: (error: unknown) => void } | undefined {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#response.off("finish", this.#answered).off("close", this.#answered);
    return settle;
  }
}
