// What a client in Node needs to speak through a forward proxy, the way browsers do it: a tunnel for a WebSocket (CONNECT,
// RFC 9110 section 9.3.6), and for plain HTTP requests that name the whole address (RFC 9112 section 3.2.2).

import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request } from "node:http";
import { type Duplex, Readable } from "node:stream";
import { WebSocket as NodeWebSocket } from "ws";
import type { RealProxy } from "./proxy-process.ts";

/** Options of `connect`. */
export interface Forwarding {
  readonly fetch: typeof fetch;
  readonly WebSocket: new (url: string) => WebSocket;
}

export function forwardedBy({ place: { port } }: RealProxy): Forwarding {
  const proxy = { host: "127.0.0.1", port };
  return {
    fetch: async (input, { method = "GET", headers, body, signal } = {}) =>
      await new Promise((resolve, reject) => {
        const address = input instanceof Request ? input.url : String(input);
        const outgoing: ClientRequest = request(
          {
            ...proxy,
            path: address,
            method,
            headers: { ...(headers as Record<string, string>), host: new URL(address).host },
            ...(signal && { signal }),
          },
          (incoming) => resolve(responseOf(incoming)),
        );
        outgoing.on("error", reject);
        outgoing.end(body as string | undefined);
      }),
    WebSocket: class extends NodeWebSocket {
      constructor(url: string) {
        super(url, { agent: new TunnelAgent(proxy), perMessageDeflate: false });
      }
    } as unknown as Forwarding["WebSocket"],
  };
}

function responseOf(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  return new Response(Readable.toWeb(incoming) as ReadableStream, { status: incoming.statusCode ?? 0, headers });
}

interface Proxy {
  readonly host: string;
  readonly port: number;
}

type Connected = (error: Error | null, socket: Duplex) => void;

class TunnelAgent extends HttpAgent {
  readonly #proxy: Proxy;

  constructor(proxy: Proxy) {
    super();
    this.#proxy = proxy;
  }

  override createConnection(
    options: { host?: string | null; port?: string | number | null },
    done?: Connected,
  ): undefined {
    const connect = request({ ...this.#proxy, method: "CONNECT", path: `${options.host}:${options.port}` });
    connect.once("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) done?.(null, socket);
      else {
        socket.destroy();
        done?.(new Error(`tunnel refused with ${statusCode}`), socket);
      }
    });
    connect.once("error", (error) => done?.(error, undefined as never));
    connect.end();
    return undefined;
  }
}
