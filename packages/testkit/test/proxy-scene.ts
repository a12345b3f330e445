// A stage for the proxy's tests: a real server with WebSockets that records what reaches it, a proxy before it, and a client
// that tells how each request ended. Everything listens on a free port of 127.0.0.1 and is closed by `close()`.

import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { createProxy, type HostileProxy, type ProxyOptions } from "../src/proxy/index.ts";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** How a request ended: `error` is a code such as ECONNRESET, with what had arrived until then. */
export interface Outcome {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly error: string | undefined;
}

export interface AskOptions {
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly agent?: Agent;
  readonly onData?: (soFar: string) => void;
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export class Scene {
  readonly server: Server;
  readonly sockets: WebSocketServer;
  readonly proxy: HostileProxy;
  /** Requests that reached the server completely. */
  readonly seen: SeenRequest[] = [];
  /** TCP connections that reached the server. */
  readonly arrived: Socket[] = [];
  /** How the server answers; by default with what it was sent. */
  handler: Handler = (_request, response, body) => void response.end(`echo:${body}`);
  /** A client's connection pool. */
  readonly pool: Agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(server: Server, sockets: WebSocketServer, proxy: HostileProxy) {
    this.server = server;
    this.sockets = sockets;
    this.proxy = proxy;
    server.on("connection", (socket: Socket) => {
      this.arrived.push(socket);
      socket.on("error", () => {});
    });
    server.on("request", (incoming: IncomingMessage, response: ServerResponse) => {
      const parts: Buffer[] = [];
      incoming.on("error", () => {});
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("end", () => {
        const body = Buffer.concat(parts).toString();
        const { method = "", url: path = "", headers } = incoming;
        this.seen.push({ method, path, headers, body });
        this.handler(incoming, response, body);
      });
    });
    sockets.on("connection", (socket) => {
      socket.on("error", () => {});
      socket.on("message", (data, binary) => socket.send(data, { binary }));
    });
  }

  ask(path: string, options: AskOptions = {}): Promise<Outcome> {
    const { body = "", method = body.length > 0 ? "POST" : "GET", agent = new Agent(), onData = () => {} } = options;
    return new Promise((resolve) => {
      const parts: Buffer[] = [];
      let answer: IncomingMessage | undefined;
      const settle = (error?: NodeJS.ErrnoException): void =>
        resolve({
          status: answer?.statusCode,
          headers: answer?.headers ?? {},
          body: Buffer.concat(parts).toString(),
          error: error === undefined ? undefined : (error.code ?? error.message),
        });
      const sized = body.length > 0 && options.headers?.["transfer-encoding"] === undefined;
      const length = sized ? { "content-length": String(Buffer.byteLength(body)) } : {};
      const outgoing = request(`${this.proxy.url}${path}`, {
        method,
        agent,
        headers: { ...length, ...options.headers },
      });
      outgoing.on("error", settle);
      outgoing.on("response", (incoming) => {
        answer = incoming;
        onData("");
        incoming.on("data", (part: Buffer) => {
          parts.push(part);
          onData(Buffer.concat(parts).toString());
        });
        incoming.on("error", settle);
        incoming.on("end", () => settle());
      });
      outgoing.end(body);
    });
  }

  /** A WebSocket through the proxy that is not open yet. */
  dial(path = "/socket"): WebSocket {
    const socket = new WebSocket(`${this.proxy.url.replace("http", "ws")}${path}`);
    socket.on("error", () => {});
    return socket;
  }

  /** An open WebSocket and the server's end of it. */
  async dialed(path = "/socket"): Promise<{ client: WebSocket; server: WebSocket }> {
    const arrival = once(this.sockets, "connection");
    const client = this.dial(path);
    await once(client, "open");
    const [server] = (await arrival) as [WebSocket];
    return { client, server };
  }

  async close(): Promise<void> {
    this.pool.destroy();
    await this.proxy.close();
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.closeAllConnections();
    for (const socket of this.arrived) socket.destroy();
    if (this.server.listening) {
      this.server.close();
      await once(this.server, "close");
    }
  }
}

export async function createScene(options: Partial<ProxyOptions> = {}): Promise<Scene> {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return new Scene(server, sockets, await createProxy({ target: { host: "127.0.0.1", port }, ...options }));
}

/** The next message of a WebSocket, as text. */
export async function nextMessage(socket: WebSocket): Promise<string> {
  const [data] = (await once(socket, "message")) as [Buffer];
  return data.toString();
}

/** The close code, 1006 when the connection broke. Wait for it before it happens: a code that was missed is 1006 too. */
export function closed(socket: WebSocket): Promise<number> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve(1006);
  return new Promise((resolve) => socket.once("close", resolve));
}
