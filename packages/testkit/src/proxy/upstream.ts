// The proxy's way to the server: plain requests travel on pooled keep-alive connections, as behind real intermediaries,
// where requests of different clients follow one another; every upgrade gets a connection of its own.
// A request is never retried: whether the server has seen it is unknown.

import { Agent, type ClientRequest, type OutgoingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";
import { resetSocket } from "./reset-socket.ts";

/** Where the server listens. */
export interface ProxyTarget {
  /** Name or address. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
}

export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
}

/** Below the 5 s after which Node's servers close idle connections, so that the pool never holds one that is about to close. */
const POOLED_IDLE_MS = 1000;

export class Upstream {
  #target: ProxyTarget;
  readonly #agent = new Agent({ keepAlive: true, timeout: POOLED_IDLE_MS });
  readonly #sockets = new Set<Socket>();

  constructor(target: ProxyTarget) {
    this.#target = target;
    this.#agent.createConnection = ({ host, port }) => this.#open(String(host), Number(port), false);
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  /** New requests go to another server; those under way stay where they are. */
  retarget(target: ProxyTarget): void {
    this.#target = target;
  }

  request(details: UpstreamRequest): ClientRequest {
    return request({ ...this.#target, ...details, agent: this.#agent, setHost: false });
  }

  handshake(details: UpstreamRequest): ClientRequest {
    const { host, port } = this.#target;
    return request({ ...details, createConnection: () => this.#open(host, port, true), setHost: false });
  }

  /** Destroys every connection; resolves when all are closed. */
  async close(): Promise<void> {
    const closed = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
    );
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  #open(host: string, port: number, allowHalfOpen: boolean): Socket {
    const socket = connect({ host, port, allowHalfOpen, noDelay: true });
    this.#sockets.add(socket);
    return socket.once("close", () => this.#sockets.delete(socket));
  }
}

/** Resets the connection that carries a request that is under way. */
export function resetRequest(outgoing: ClientRequest): void {
  const { socket } = outgoing;
  if (socket !== null && !socket.destroyed && !socket.connecting) resetSocket(socket);
  outgoing.destroy();
}
