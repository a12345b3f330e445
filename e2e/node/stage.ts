// A server in Express behind the hostile proxy, and the client's transports by name: what the tests in this folder play on.

import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { polling, sse, streaming, type Transport, webSocket } from "@wireway/client";
import { Server, type ServerOptions } from "@wireway/server";
import { createProxy, type HostileProxy, type ProxyOptions } from "@wireway/testkit";
import express from "express";

export const transports: Readonly<Record<string, () => Transport>> = { websocket: webSocket, streaming, sse, polling };
export const transportNames: readonly string[] = Object.keys(transports);

export interface Stage {
  readonly wireway: Server;
  readonly http: HttpServer;
  readonly proxy: HostileProxy;
  readonly url: string;
  close(): Promise<void>;
}

export async function createStage(
  options: ServerOptions = {},
  proxyOptions: Partial<ProxyOptions> = {},
): Promise<Stage> {
  const wireway = new Server(options);
  const app = express();
  app.use(wireway.middleware());
  const http = createServer(app);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const proxy = await createProxy({ target: { host: "127.0.0.1", port }, ...proxyOptions });
  return {
    wireway,
    http,
    proxy,
    url: proxy.url,
    close: async () => {
      await wireway.close();
      await proxy.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** A promise that somebody else settles. */
export function deferred<T = void>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
