// Servers for tests: a Wireway server on a free port of this machine, gone after the test.

import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type ServerOptions, type Socket } from "@wireway/server";
import { onTestFinished } from "vitest";
import { RawClient } from "./raw-client.ts";

export interface TestServer {
  readonly wireway: Server;
  /** Address of the default path. */
  readonly base: string;
  readonly port: number;
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const wireway = new Server(options);
  onTestFinished(() => wireway.close({ timeoutMs: 0 }));
  const server = await wireway.listen(0, "127.0.0.1");
  return { wireway, ...addressOf(server) };
}

/** Opens somebody else's HTTP server on a free port, gone after the test. */
export async function openHttp(server: HttpServer): Promise<{ readonly base: string; readonly port: number }> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return addressOf(server);
}

function addressOf(server: HttpServer): { readonly base: string; readonly port: number } {
  const { port } = server.address() as AddressInfo;
  return { base: `http://127.0.0.1:${port}/wireway/`, port };
}

/** The connection ends with the test, whatever becomes of it. */
export function dropped(client: RawClient): RawClient {
  onTestFinished(() => client.drop());
  return client;
}

/** Resolves with what the listener is called with next. */
export function next<Args extends unknown[]>(listen: (listener: (...args: Args) => void) => unknown): Promise<Args> {
  return new Promise((resolve) => {
    listen((...args: Args) => resolve(args));
  });
}

/** A client that has joined the main namespace, and its socket. */
export async function joined(base: string, wireway: Server): Promise<[RawClient, Socket]> {
  const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
  const client = dropped(await RawClient.join(base, "websocket"));
  return [client, (await connected)[0]];
}

/** Everything that the client sent before was handled when its pong comes. */
export async function settled(client: RawClient): Promise<void> {
  await client.say({ type: "ping", data: String(client.received) });
  await client.hear("pong");
}

/** Events that came to the client until now. */
export async function heardBy(client: RawClient): Promise<unknown[]> {
  await settled(client);
  return client.messages.splice(0).map(String);
}
