// What each method and query leads to. A client asks for the same few addresses again and again, so that those which were
// found are kept: as many as clients of one application have, and no more than that.
// Not here: which path is ours (gateway), what the transports do with their requests.

import { protocolVersion } from "@wireway/protocol";
import type { Exchange } from "./exchange.ts";
import { queryOf } from "./query.ts";
import { RequestError } from "./request-error.ts";

/** What serves one kind of request. */
export interface RouteHandler {
  /** Largest body; undefined where none is read. */
  readonly maxBodyBytes: number | undefined;
  /** Throws, or rejects with, what the request is refused for. */
  handle(exchange: Exchange, body: string): Promise<void> | void;
}

/** A transport over HTTP: what each method and value of the query `request` ("" for none) leads to. */
export type TransportRoutes = Readonly<Record<string, ReadonlyMap<string, RouteHandler>>>;

export interface Route {
  readonly handler: RouteHandler;
  readonly query: URLSearchParams;
}

/** Of the WebSocket, whose upgrades come another way: a request that is none is told so. */
export const upgradeRoutes: TransportRoutes = {
  GET: new Map([
    [
      "",
      {
        maxBodyBytes: undefined,
        handle() {
          throw new RequestError("not_upgradable");
        },
      },
    ],
  ]),
};

const maxKnown = 256;
const maxKnownLength = 512;

export class Routes {
  readonly #transports: ReadonlyMap<string, TransportRoutes>;
  /** Of POSTs, by their URL. A GET has a ticket in it, which never comes twice. */
  readonly #known = new Map<string, Route>();

  constructor(transports: ReadonlyMap<string, TransportRoutes>) {
    this.#transports = transports;
  }

  /** @throws {RequestError} `unsupported_version`, `unknown_transport`, `method_not_allowed` */
  find(method: string, url: string): Route {
    if (method !== "POST") return this.#look(method, url);
    const known = this.#known.get(url);
    if (known) return known;
    const route = this.#look(method, url);
    if (url.length > maxKnownLength) return route;
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.set(url, route);
    return route;
  }

  /** Of the transport that the query names. @throws {RequestError} `unsupported_version`, `unknown_transport` */
  of(query: URLSearchParams): TransportRoutes {
    if (query.get("v") !== String(protocolVersion)) {
      throw new RequestError("unsupported_version", { limit: protocolVersion });
    }
    const routes = this.#transports.get(query.get("transport") ?? "");
    if (!routes) throw new RequestError("unknown_transport");
    return routes;
  }

  #look(method: string, url: string): Route {
    const query = queryOf(url).params;
    const routes = this.of(query);
    const wanted = Object.hasOwn(routes, method) ? routes[method] : undefined;
    if (!wanted) throw new MethodError(Object.keys(routes));
    const handler = wanted.get(query.get("request") ?? "");
    if (!handler) throw new RequestError("unknown_transport");
    return { handler, query };
  }
}

/** Tells which methods are allowed instead. */
export class MethodError extends RequestError {
  readonly allow: string;

  constructor(methods: readonly string[]) {
    super("method_not_allowed");
    this.allow = [...methods, "OPTIONS"].join(", ");
  }
}
