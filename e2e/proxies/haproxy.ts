// HAProxy in front of a server, and what it can be told to put in the way. Without a fragment it passes everything,
// upgrades included, with its timeouts at a minute.
// Source: HAProxy's configuration manual, sections 4.2 and 9.3 (the runtime API).

import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { type Configure, type Place, type RealProxy, startProxy } from "./proxy-process.ts";

/** Lines of configuration, by the section that they belong to; later lines win over earlier ones. */
export interface HaproxyFragment {
  readonly defaults?: readonly string[];
  readonly frontend?: readonly string[];
  readonly backend?: readonly string[];
}

export interface Haproxy extends RealProxy {
  /** Cuts every connection to the server, as a health check with `on-marked-down shutdown-sessions` does. */
  cut(): Promise<void>;
}

/** @param config everything but the section `global` */
export async function startHaproxy(target: string, config: Configure): Promise<Haproxy> {
  const proxy = await startProxy(
    {
      name: "haproxy",
      // `-db` stays in the foreground. It writes its errors there and has no error log of its own.
      args: (path) => ["-db", "-q", "-f", path],
      config: (place) => `
global
  stats socket ${adminSocket(place)} mode 600 level admin
  maxconn 1000
${config(place)}
`,
    },
    target,
  );
  return { ...proxy, cut: () => say(adminSocket(proxy.place), "shutdown sessions server app/only") };
}

export function haproxySite(...fragments: readonly HaproxyFragment[]): Configure {
  const lines = (section: keyof HaproxyFragment): string =>
    fragments.flatMap((fragment) => fragment[section] ?? []).join("\n  ");
  return ({ port, target }) => `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
  ${lines("defaults")}
frontend web
  bind 127.0.0.1:${port}
  ${lines("frontend")}
  default_backend app
backend app
  ${lines("backend")}
  server only ${target}
`;
}

export function haproxyRefusesUpgrades(status: number): HaproxyFragment {
  return { frontend: [`http-request return status ${status} if { req.hdr(upgrade) -m found }`] };
}

/** Hides from the server that the client asked for an upgrade. */
export function haproxyStripsUpgrades(): HaproxyFragment {
  return { frontend: ["http-request del-header upgrade"] };
}

/** Lets no answer through before it is complete, or so large that the buffer is full. */
export function haproxyHoldsResponses(): HaproxyFragment {
  return { backend: ["http-response wait-for-body time 60s"] };
}

/** Lets no request through before its body is there. */
export function haproxyHoldsRequests(): HaproxyFragment {
  return { frontend: ["option http-buffer-request"] };
}

/** Cuts what is quiet for so long. */
export function haproxyCutsIdle(seconds: number): HaproxyFragment {
  return {
    defaults: [`timeout client ${seconds}s`, `timeout server ${seconds}s`, `timeout tunnel ${seconds}s`],
  };
}

/** Sends what streams when it comes. Without it, Linux holds each piece for up to 200 ms for more to send along. */
export function haproxyDelaysNothing(): HaproxyFragment {
  return { defaults: ["option http-no-delay"] };
}

export function haproxyGzipsEverything(): HaproxyFragment {
  return {
    backend: ["compression algo gzip", "compression type text/plain application/octet-stream text/event-stream"],
  };
}

function adminSocket({ folder }: Place): string {
  return join(folder, "admin.sock");
}

async function say(socketPath: string, command: string): Promise<void> {
  const socket = connect(socketPath);
  await once(socket, "connect");
  socket.end(`${command}\n`).resume();
  await once(socket, "close");
}
