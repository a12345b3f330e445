// Sits in front of an HTTP server that somebody else may use too: what is for Wireway never reaches the other listeners, and
// the others never notice the rest. It does so by the server's `emit`, because listeners cannot keep events from each other:
// another WebSocket library's would answer our upgrades with 400, an application would answer our requests with 404.

import type { IncomingMessage, Server as PlainServer, ServerResponse } from "node:http";
import type { Server as TlsServer } from "node:https";
import type { Duplex } from "node:stream";

/** What `attach` takes: a server of `node:http` or `node:https`. */
export type HttpServer = PlainServer | TlsServer;

export interface Interceptor {
  /** @returns whether it was for us. */
  request?(request: IncomingMessage, response: ServerResponse): boolean;
  /** @returns whether it was for us. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** @returns what undoes it. */
export function intercept(server: HttpServer, interceptor: Interceptor): () => void {
  let isActive = true;
  const emit = Reflect.get(server, "emit") as PlainServer["emit"];
  const own = Object.hasOwn(server, "emit");
  const intercepted = (event: string, ...args: unknown[]): boolean => {
    if (isActive && event === "request" && interceptor.request) {
      if (interceptor.request(...(args as [IncomingMessage, ServerResponse]))) return true;
    } else if (isActive && event === "upgrade") {
      if (interceptor.upgrade(...(args as [IncomingMessage, Duplex, Buffer]))) return true;
    }
    return Reflect.apply(emit, server, [event, ...args]) as boolean;
  };
  server.emit = intercepted as PlainServer["emit"];
  return () => {
    isActive = false;
    // Somebody may have come after us; then ours stays below theirs and does nothing.
    if (Reflect.get(server, "emit") !== intercepted) return;
    if (own) server.emit = emit;
    else Reflect.deleteProperty(server, "emit");
  };
}
