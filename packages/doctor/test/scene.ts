// A stage for the doctor: a Wireway server, the hostile proxy in front of it, and servers that are something else. All of
// it listens on free ports of 127.0.0.1 and is closed by `close()`.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server as HttpServer, type RequestListener, request } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { pipeline, type Transform } from "node:stream";
import { Server, type ServerOptions } from "@wireway/server";
import { createProxy, type HostileProxy, type ProxyOptions } from "@wireway/testkit";
import { examine } from "../src/examine.ts";
import type { CheckName, CheckResult, Report } from "../src/report.ts";
import type { ExamineOptions } from "../src/target.ts";

/** What an intermediary does to responses, of the requests that are meant. */
interface Relay {
  readonly isMeant: (path: string) => boolean;
  readonly transform: () => Transform;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Scene {
  readonly #closers: (() => Promise<unknown>)[] = [];

  /** A Wireway server. */
  async wireway(
    options: ServerOptions = {},
  ): Promise<{ wireway: Server; http: HttpServer; url: string; port: number }> {
    const wireway = new Server(options);
    const http = await wireway.listen(0, "127.0.0.1");
    this.#closers.push(() => wireway.close({ timeoutMs: 0 }));
    const { port } = http.address() as AddressInfo;
    return { wireway, http, url: `http://127.0.0.1:${port}`, port };
  }

  /** A Wireway server behind the hostile proxy. */
  async proxied(
    serverOptions: ServerOptions = {},
    proxyOptions: Partial<ProxyOptions> = {},
  ): Promise<{ wireway: Server; proxy: HostileProxy; url: string }> {
    const { wireway, port } = await this.wireway(serverOptions);
    const proxy = await createProxy({ target: { host: "127.0.0.1", port }, ...proxyOptions });
    this.#closers.push(() => proxy.close());
    return { wireway, proxy, url: proxy.url };
  }

  /** A Wireway server whose responses to some requests go through a transform. */
  async relayed({ isMeant, transform, headers = {} }: Relay): Promise<string> {
    const { port } = await this.wireway();
    const proxy = await createProxy({
      target: { host: "127.0.0.1", port },
      intercept: (incoming, response) => {
        const { url: path = "", method, headers: given } = incoming;
        if (!isMeant(path)) return false;
        const upstream = request({ host: "127.0.0.1", port, path, method, headers: given }, (answer) => {
          const { "transfer-encoding": _, ...kept } = answer.headers;
          response.writeHead(answer.statusCode ?? 502, { ...kept, ...headers }).flushHeaders();
          pipeline(answer, transform(), response, () => {});
        });
        upstream.on("error", () => response.destroy());
        incoming.pipe(upstream);
        return true;
      },
    });
    this.#closers.push(() => proxy.close());
    return proxy.url;
  }

  /** A Wireway server by TLS, with one of the certificates beside this file. */
  async secure(certificate: string): Promise<{ port: number; url: string }> {
    const file = (name: string): string =>
      readFileSync(new URL(`certificates/${certificate}.${name}.pem`, import.meta.url), "utf8");
    const https = createSecureServer({ key: file("key"), cert: file("cert") });
    const wireway = new Server();
    wireway.attach(https);
    https.listen(0, "127.0.0.1");
    await once(https, "listening");
    this.#closers.push(async () => {
      await wireway.close({ timeoutMs: 0 });
      https.closeAllConnections();
      https.close();
    });
    const { port } = https.address() as AddressInfo;
    return { port, url: `https://localhost:${port}` };
  }

  /** Any other HTTP server. */
  async foreign(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#closers.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Something that speaks no HTTP. */
  async tcp(greet: (socket: Socket) => void): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      sockets.add(socket.on("error", () => {}));
      greet(socket);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}

/** An examination with little patience. */
export function examined(url: string, options: Partial<ExamineOptions> = {}): Promise<Report> {
  return examine({ url, timeoutMs: 1_500, ...options });
}

export function checkOf(report: Report, name: CheckName): CheckResult {
  return report.checks.find(({ check }) => check === name) as CheckResult;
}

/** What was found, as `check: diagnosis`. */
export function found(report: Report): string[] {
  return report.checks.flatMap(({ check, findings }) => findings.map(({ diagnosis }) => `${check}: ${diagnosis}`));
}

/** The verdicts by check, without those that were not tried. */
export function verdicts(report: Report): Record<string, string> {
  return Object.fromEntries(
    report.checks.filter(({ verdict }) => verdict !== "skipped").map(({ check, verdict }) => [check, verdict]),
  );
}
