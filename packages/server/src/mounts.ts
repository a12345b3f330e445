// Where requests and upgrades come from: HTTP servers of others that we listen on, servers of our own, and frameworks that hand
// requests over. Not here: which request is ours and what becomes of it (gateway).

import { createServer, type IncomingMessage, type Server as PlainServer, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type HttpServer, intercept } from "./attach.ts";
import type { Gateway } from "./gateway.ts";

/** Connections that may wait to be taken. With Node's 511, of 2,000 that came at once some waited for more than two seconds. */
const backlog = 4_096;

/** What a framework hands over; the result tells whether the request was for us. */
export type Handler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => boolean;

export class Mounts {
  readonly #gateway: Gateway;
  readonly #headersTimeoutMs: number;
  /** HTTP servers of others that we listen on, and how to stop. */
  readonly #attached = new Map<HttpServer, () => void>();
  readonly #opened: PlainServer[] = [];

  constructor(gateway: Gateway, headersTimeoutMs: number) {
    this.#gateway = gateway;
    this.#headersTimeoutMs = headersTimeoutMs;
  }

  /** For anything that calls back with Node's request and response. @returns whether the request was for us. */
  handler(): Handler {
    return (request, response, next) => {
      this.#watchUpgrades(request);
      if (this.#gateway.owns(request)) this.#gateway.handle(request, response);
      else {
        next?.();
        return false;
      }
      return true;
    };
  }

  /** Serves beside whatever else uses the HTTP server, and leaves all other paths to it. */
  attach(server: HttpServer): void {
    this.#attached.get(server)?.();
    const gateway = this.#gateway;
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): boolean => {
      const isOurs = gateway.owns(request);
      if (!isOurs) return false;
      this.#follow(request);
      gateway.upgrade(request, socket, head);
      return true;
    };
    // Node tells of upgrades only while somebody listens. What comes here is for another path, or was handed over by somebody
    // who had got hold of the server's `emit` before us.
    const unclaimed = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (!upgrade(request, socket, head) && server.listenerCount("upgrade") === 1) socket.destroy();
    };
    server.on("upgrade", unclaimed);
    const { headersTimeout } = server;
    server.headersTimeout = Math.min(headersTimeout, this.#headersTimeoutMs);
    const stop = intercept(server, {
      request: (request, response) => {
        const isOurs = gateway.owns(request);
        if (isOurs) gateway.handle(request, response);
        else if (server.listenerCount("request") === 0) response.writeHead(404).end();
        return isOurs;
      },
      upgrade,
    });
    this.#attached.set(server, () => {
      stop();
      server.off("upgrade", unclaimed);
      server.headersTimeout = headersTimeout;
    });
  }

  /** Opens an HTTP server that serves nothing else. Port 0 takes a free one: see the result's `address()`. */
  listen(port: number, host?: string): Promise<PlainServer> {
    const headersTimeoutMs = this.#headersTimeoutMs;
    const server = createServer({ connectionsCheckingInterval: Math.min(headersTimeoutMs, 5_000) });
    this.#opened.push(server);
    this.attach(server);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, backlog, ...(host !== undefined && { host }) }, () => {
        server.off("error", reject);
        resolve(server);
      });
    });
  }

  /** Takes nothing more from anywhere. Resolves when the servers that we opened are closed. */
  async close(): Promise<void> {
    for (const stop of this.#attached.values()) stop();
    this.#attached.clear();
    await Promise.all(this.#opened.map(closeServer));
  }

  /**
   * A server that hands its upgrades to one of ours hands over no requests: those are taken there from now on. Fastify does
   * so where `localhost` has two addresses.
   */
  #follow({ socket }: IncomingMessage): void {
    const { server } = socket as { server?: HttpServer };
    if (server && !this.#gateway.isClosed && !this.#attached.has(server)) this.attach(server);
  }

  /** Upgrades come as requests only while nobody listens for them; where somebody does, we have to be there too. */
  #watchUpgrades(request: IncomingMessage & { readonly baseUrl?: string }): void {
    const { server } = request.socket as { server?: HttpServer };
    if (!server || this.#gateway.isClosed || this.#attached.has(server) || server.listenerCount("upgrade") === 0)
      return;
    const gateway = this.#gateway;
    // Express takes the path that it is mounted at off the URL of requests; upgrades come with all of it.
    const prefix = request.baseUrl ?? "";
    const stop = intercept(server, {
      upgrade: (upgrade, socket, head) => {
        const isOurs = gateway.owns(upgrade, prefix);
        if (isOurs) gateway.upgrade(upgrade, socket, head);
        return isOurs;
      },
    });
    this.#attached.set(server, stop);
  }
}

function closeServer(server: PlainServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
