// The web site a test's pages come from: a Node HTTP server on a free port of its own, with a blank page at `/`,
// files where a test wants them, and the handlers under test (an Express app is one). It has no `upgrade` listener,
// so that upgrade requests reach the handlers as plain requests unless a test listens for them on `server`.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { extname, resolve, sep } from "node:path";
import { recorderSource } from "./browsers/error-recorder.ts";

/** What an Express app is too; `next` passes the request on. */
export type SiteHandler = (request: IncomingMessage, response: ServerResponse, next: (error?: Error) => void) => void;

// The import map lets a page import the client by its package name, so that the compiler knows its types.
const blankPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>blank</title><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "@wireway/client": "/wireway.js" } }</script></head><body></body></html>`;

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

export class Site {
  readonly server: Server;
  /** Where it is, without a slash at the end: `http://127.0.0.1:54321`. */
  readonly url: string;
  readonly #handlers: SiteHandler[] = [];
  readonly #files = new Map<string, string>();
  readonly #pages = new Map<string, string>([["/", blankPage]]);
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.server = server;
    this.url = `http://127.0.0.1:${port}`;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.on("request", (request, response) => this.#handle(request, response, 0));
  }

  static async start(): Promise<Site> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server got no port");
    return new Site(server, address.port);
  }

  /** Adds a handler, behind those added before and in front of pages and files. */
  use(handler: SiteHandler): void {
    this.#handlers.push(handler);
  }

  /** Serves an HTML page. */
  servePage(path: string, html: string): void {
    this.#pages.set(path, html);
  }

  /** Serves a file at a path, or a folder below a path that ends in a slash. */
  serveFile(path: string, file: string): void {
    this.#files.set(path, file);
  }

  /** How many connections are open, idle ones included. */
  get connectionCount(): number {
    return this.#sockets.size;
  }

  /**
   * Cuts every open connection, upgraded ones included, and gives their number; new ones are welcome at once.
   * `reset` is what a crash or a firewall does (RST), `end` what a proxy does that has had enough (FIN).
   */
  cut(how: "reset" | "end" = "reset"): number {
    const sockets = [...this.#sockets];
    for (const socket of sockets) {
      if (how === "reset") socket.resetAndDestroy();
      else socket.destroy();
    }
    return sockets.length;
  }

  /** The next request that fits. Upgrade requests are among them unless the test listens for `upgrade` itself. */
  async nextRequest(fits: (request: IncomingMessage) => boolean): Promise<IncomingMessage> {
    return await new Promise((resolveRequest) => {
      const look = (request: IncomingMessage): void => {
        if (!fits(request)) return;
        this.server.off("request", look);
        resolveRequest(request);
      };
      this.server.prependListener("request", look);
    });
  }

  async close(): Promise<void> {
    this.server.close();
    this.cut("end");
    await once(this.server, "close");
  }

  #handle(request: IncomingMessage, response: ServerResponse, index: number): void {
    const handler = this.#handlers[index];
    if (handler === undefined) {
      void this.#answer(request, response);
      return;
    }
    handler(request, response, (error) => {
      if (error === undefined) this.#handle(request, response, index + 1);
      else send(response, 500, "text/plain", error.message);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? "/", this.url).pathname);
    const page = this.#pages.get(path);
    if (page !== undefined) return send(response, 200, "text/html; charset=utf-8", withRecorder(page));
    const file = this.#findFile(path);
    if (file === undefined) return send(response, 404, "text/plain", `nothing is served at ${path}`);
    try {
      const content = await readFile(file);
      const contentType = contentTypes[extname(file)] ?? "application/octet-stream";
      send(response, 200, contentType, extname(file) === ".html" ? withRecorder(content.toString()) : content);
    } catch (error) {
      send(response, 404, "text/plain", `${path} cannot be read: ${String(error)}`);
    }
  }

  #findFile(path: string): string | undefined {
    const exact = this.#files.get(path);
    if (exact !== undefined) return exact;
    for (const [prefix, folder] of this.#files) {
      const file = resolve(folder, path.slice(prefix.length));
      if (prefix.endsWith("/") && path.startsWith(prefix) && file.startsWith(resolve(folder) + sep)) return file;
    }
    return undefined;
  }
}

// The doctype must stay first, and the recorder must run before any other script.
function withRecorder(html: string): string {
  return html.replace(/<!doctype html>/i, (doctype) => `${doctype}<script>${recorderSource}</script>`);
}

function send(response: ServerResponse, status: number, contentType: string, body: string | Buffer): void {
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" }).end(body);
}
