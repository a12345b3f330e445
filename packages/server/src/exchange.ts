// One HTTP request of a transport, from its route to the end of its response. It exists once for each request, so that it is
// plain calls from the body to the transport: no promise, no listener of its own.
// Not here: what comes before a route is found (gateway), how a body is read (body), what is done with it (transports).

import type { IncomingMessage, ServerResponse } from "node:http";
import type { BodyReader, BodyTaker } from "./body.ts";
import type { Route } from "./routes.ts";

export interface ExchangeContext {
  readonly bodies: BodyReader;
  refuse(exchange: Exchange, error: unknown): void;
}

/** Who keeps the response open, and wants to hear when it is over for whatever reason. */
export interface Holder {
  released(exchange: Exchange): void;
}

export class Exchange implements BodyTaker {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What the answer says beside its own headers: names and values in turn. */
  readonly headers: readonly string[];
  readonly #route: Route;
  readonly #context: ExchangeContext;
  holder: Holder | undefined;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    route: Route,
    headers: readonly string[],
    context: ExchangeContext,
  ) {
    this.request = request;
    this.response = response;
    this.headers = headers;
    this.#route = route;
    this.#context = context;
  }

  get query(): URLSearchParams {
    return this.#route.query;
  }

  /** Whether somebody is left to answer. */
  get isAnswerable(): boolean {
    const { response } = this;
    return !response.destroyed && response.socket !== null && !response.socket.destroyed;
  }

  /** Hands the request to its transport, once its body is there where it wants one. */
  begin(): void {
    const { maxBodyBytes } = this.#route.handler;
    if (maxBodyBytes === undefined) this.bodyRead("");
    else this.#context.bodies.read(this.request, maxBodyBytes, this);
  }

  bodyRead(body: string): void {
    try {
      this.#route.handler.handle(this, body)?.catch((error: unknown) => this.refuse(error));
    } catch (error) {
      this.refuse(error);
    }
  }

  /** There is no body, or something is wrong with the request. */
  refuse(error: unknown): void {
    this.#context.refuse(this, error);
  }

  /** The response is over: it has left, or the peer has. */
  over(): void {
    const { holder } = this;
    this.holder = undefined;
    holder?.released(this);
  }
}
