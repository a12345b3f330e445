// From an address to a socket: which server, which namespace, and which client carries it. Sockets of one server share a
// client, and so one session, unless they ask for their own.

import { checkNamespace, type EventMap, type Events, WirewayError } from "@wireway/protocol";
import { environment } from "#environment";
import { Client } from "./client.ts";
import { type ConnectOptions, resolveOptions } from "./options.ts";
import { Socket } from "./socket.ts";

/** `connect`'s options where no transport is a default. */
export type CoreConnectOptions = ConnectOptions & Required<Pick<ConnectOptions, "transports">>;

/** Clients that somebody takes part in, by address. */
const clients = new Map<string, Client>();

/**
 * Opens a socket in the namespace that the path names.
 * @param url of the server, or relative to the page; options of the first socket of a server hold for all that share its session.
 * @throws {WirewayError} `invalid_option`, `invalid_namespace`
 */
export function connect<
  ServerToClient extends Events<ServerToClient> = EventMap,
  ClientToServer extends Events<ClientToServer> = EventMap,
>(url: string | URL, options: CoreConnectOptions): Socket<ServerToClient, ClientToServer> {
  const resolved = resolveOptions(options);
  const server = absolute(url);
  for (const [name, value] of Object.entries(resolved.query)) server.searchParams.set(name, value);
  const namespace = checkNamespace(decodeURI(server.pathname));
  server.pathname = resolved.path;
  server.hash = "";
  const key = server.href;
  return new Socket(namespace, resolved, () => {
    const shared = resolved.forceNew ? undefined : clients.get(key);
    if (shared && !shared.has(namespace)) return shared;
    const client = new Client(server, resolved, environment, (idle) => {
      if (clients.get(key) === idle) clients.delete(key);
    });
    if (!resolved.forceNew && !shared) clients.set(key, client);
    return client;
  });
}

function absolute(url: string | URL): URL {
  try {
    // Anything else would be made a string, and name some path.
    if (typeof url !== "string" && !(url instanceof URL)) throw new TypeError();
    const full = new URL(url, environment.baseUrl);
    // The WebSocket's own schemes name the same server.
    const server = new URL(full.href.replace(/^ws/, "http"));
    if (/^https?:$/.test(server.protocol)) return server;
  } catch {
    // It is told below.
  }
  throw new WirewayError("invalid_option", { name: "url", why: "scheme" });
}
