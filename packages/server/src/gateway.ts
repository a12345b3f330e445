// The way from a request to its transport: is it for us, may it be here, what does it want. Everything is refused as early as
// it can be, and with the same order of questions for requests and upgrades.
// Not here: how requests get here (server, attach), what transports do.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type Clock, protocolVersion, WirewayError } from "@wireway/protocol";
import { WebSocketServer } from "ws";
import { answerError } from "./answer.ts";
import { BodyReader, hasBody, RequestAborted } from "./body.ts";
import { Connections } from "./connections.ts";
import type { ErrorReport } from "./error-report.ts";
import { type Handshake, handshakeOf } from "./handshake.ts";
import { type HttpMiddleware, HttpMiddlewares } from "./http-middleware.ts";
import { Lingering, type Terminable } from "./lingering.ts";
import type { ResolvedOptions } from "./options.ts";
import { corsHeaders, isAllowedOrigin, preflightHeaders } from "./origins.ts";
import { isAnswering, Pipeline } from "./pipeline.ts";
import { RequestError } from "./request-error.ts";
import type { Sessions } from "./sessions.ts";
import { tellRequest } from "./taps.ts";
import { TimeLimit } from "./time-limit.ts";
import { polling } from "./transports/polling.ts";
import { sse } from "./transports/sse.ts";
import { streaming } from "./transports/streaming.ts";
import type { Exchange, Routes, TransportContext } from "./transports/transport.ts";
import { maxFrameBytes, WebSocketConnection } from "./transports/websocket.ts";
import { headerLines, isUpgrade, openResponse, refuseUpgrade, takeSocket } from "./upgrade.ts";

const webSocketRoutes: Routes = {
  GET: new Map([
    [
      "",
      () => {
        throw new RequestError("not_upgradable");
      },
    ],
  ]),
};

export class Gateway {
  readonly #options: ResolvedOptions;
  readonly #report: ErrorReport;
  readonly #context: TransportContext;
  readonly #transports: ReadonlyMap<string, Routes>;
  readonly #webSocketServer: WebSocketServer;
  readonly #pipeline = new Pipeline();
  readonly #middlewares: HttpMiddlewares;
  readonly #responses = new Set<ServerResponse>();
  /** Whether nobody is let in any more. */
  isClosed = false;
  #whenEmpty: (() => void) | undefined;

  constructor(options: ResolvedOptions, clock: Clock, sessions: Sessions, report: ErrorReport) {
    this.#options = options;
    this.#report = report;
    this.#middlewares = new HttpMiddlewares(options.middlewareTimeoutMs, clock, report);
    this.#context = {
      options,
      clock,
      sessions,
      report,
      bodies: new BodyReader(options.bodyTimeoutMs, clock),
      lingering: new Lingering(clock),
      opening: new TimeLimit<Terminable>(options.terms.pingTimeoutMs, clock, (one) => one.terminate()),
      connections: new Connections(() => this.#checkEmpty()),
    };
    this.#transports = new Map([
      ["websocket", webSocketRoutes],
      ["streaming", streaming(this.#context)],
      ["sse", sse(this.#context)],
      ["polling", polling(this.#context)],
    ]);
    this.#webSocketServer = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: maxFrameBytes(options.terms.maxMessageBytes),
    });
    this.#webSocketServer.on("wsClientError", (_error, socket) => {
      refuseUpgrade(socket, new RequestError("not_upgradable"), { "Sec-WebSocket-Version": "13" });
    });
  }

  /** Whether the request's path is ours. */
  owns({ url = "" }: IncomingMessage, prefix = ""): boolean {
    const path = url.split("?", 1)[0] ?? "";
    const own = prefix + this.#options.path;
    return path === own || `${path}/` === own;
  }

  /** Adds a middleware behind those that are there. */
  use(middleware: HttpMiddleware): void {
    this.#middlewares.add(middleware);
  }

  /** A request for our path, an upgrade among them where nobody listens for upgrades. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    if (this.#pipeline.waits(request, response, () => this.handle(request, response))) return;
    this.#watch(response);
    this.#route(request, response).catch((error: unknown) => this.#refuse(request, response, error));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (isAnswering(socket)) {
      socket.destroy();
      return;
    }
    try {
      this.#checkOrigin(request);
      this.#checkUpgrade(request);
      if (this.#middlewares.isEmpty) {
        this.#connect(request, socket, head, handshakeOf(request, this.#options));
        return;
      }
    } catch (error) {
      if (!(error instanceof WirewayError)) this.#report(error, { event: "request" });
      tellRequest(error, request);
      refuseUpgrade(socket, error, error instanceof MethodError ? { Allow: error.allow } : {});
      return;
    }
    const response = openResponse(request, socket);
    this.#watch(response);
    this.#switch(request, response, (handshake, headers) =>
      this.#connect(request, socket, head, handshake, headers),
    ).catch((error: unknown) => this.#refuse(request, response, error));
  }

  /** Lets nobody in any more. Resolves when all connections have ended; those that linger are cut after `limitMs`. */
  async close(sessionsOver: Promise<void>, limitMs: number): Promise<void> {
    this.isClosed = true;
    const { bodies, clock, connections } = this.#context;
    bodies.close();
    const cut = (): void => {
      connections.terminate();
      for (const response of this.#responses) response.destroy();
    };
    const timer = clock.timer(cut);
    if (limitMs > 0) timer.arm(clock.now() + limitMs);
    else cut();
    await sessionsOver;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
      this.#checkEmpty();
    });
    timer.arm(Number.POSITIVE_INFINITY);
  }

  #watch(response: ServerResponse): void {
    this.#responses.add(response);
    response.on("close", () => {
      this.#responses.delete(response);
      this.#checkEmpty();
    });
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#checkOrigin(request);
    for (const [name, value] of Object.entries(corsHeaders(request))) response.appendHeader(name, value as string);
    if (request.method === "OPTIONS") {
      response.writeHead(204, preflightHeaders(request)).end();
      return;
    }
    if (isUpgrade(request)) {
      this.#checkUpgrade(request);
      return this.#switch(request, response, (handshake, headers) =>
        this.#connect(request, takeSocket(request), Buffer.alloc(0), handshake, headers),
      );
    }
    const query = queryOf(request);
    const routes = this.#routes(query);
    const method = request.method ?? "";
    const wanted = Object.hasOwn(routes, method) ? routes[method] : undefined;
    if (!wanted) throw new MethodError(Object.keys(routes));
    const handle = wanted.get(query.get("request") ?? "");
    if (!handle) throw new RequestError("unknown_transport");
    if (!(await this.#passes(request, response))) return;
    const exchange: Exchange = { request, response, query };
    await handle(exchange);
  }

  /** An upgrade that came with a response: what its middlewares set goes out with the 101. */
  async #switch(
    request: IncomingMessage,
    response: ServerResponse,
    connect: (handshake: Handshake, headers: OutgoingHttpHeaders) => void,
  ): Promise<void> {
    if (!(await this.#passes(request, response))) return;
    // Time may have passed.
    this.#checkUpgrade(request);
    const handshake = handshakeOf(request, this.#options);
    connect(handshake, await this.#middlewares.end(response, request.socket));
  }

  /** Whether nobody has answered the request yet, and somebody is left to answer. */
  async #passes(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (this.#middlewares.isEmpty) return true;
    const outcome = await this.#middlewares.run(request, response);
    return outcome === "passed" && !response.headersSent && !request.socket.destroyed;
  }

  #routes(query: URLSearchParams): Routes {
    if (query.get("v") !== String(protocolVersion)) {
      throw new RequestError("unsupported_version", { limit: protocolVersion });
    }
    const routes = this.#transports.get(query.get("transport") ?? "");
    if (!routes) throw new RequestError("unknown_transport");
    return routes;
  }

  /** @throws {WirewayError} */
  #checkUpgrade(request: IncomingMessage): void {
    if (this.isClosed) throw new RequestError("server_closed");
    const routes = this.#routes(queryOf(request));
    if (routes !== webSocketRoutes) throw new MethodError(Object.keys(routes));
    // An upgrade does not tell yet whether its client resumes, so that not even a full server may refuse it for being new.
    // Only what has not said so in great numbers is too much; whoever resumes has other ways in, where it can be told.
    const { maxHandshakes } = this.#options;
    if (this.#context.opening.size >= maxHandshakes) {
      throw new RequestError("too_many_handshakes", { limit: maxHandshakes });
    }
  }

  #checkOrigin(request: IncomingMessage): void {
    let isAllowed = false;
    try {
      isAllowed = isAllowedOrigin(this.#options, request);
    } catch (error) {
      this.#report(error, { event: "origins" });
    }
    if (!isAllowed) throw new RequestError("origin_not_allowed");
  }

  #connect(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    handshake: Handshake,
    headers: OutgoingHttpHeaders = {},
  ): void {
    const webSocketServer = this.#webSocketServer;
    const add = (lines: string[]): unknown => lines.push(...headerLines(headers));
    webSocketServer.once("headers", add);
    // Calls back at once, or never.
    webSocketServer.handleUpgrade(request, socket, head, (webSocket) => {
      new WebSocketConnection(webSocket, socket, handshake, this.#context).listen();
    });
    webSocketServer.off("headers", add);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (error instanceof RequestAborted) return;
    if (!(error instanceof WirewayError)) this.#report(error, { event: "request" });
    tellRequest(error, request);
    const headers: OutgoingHttpHeaders = error instanceof MethodError ? { Allow: error.allow } : {};
    if (error instanceof WirewayError && error.code === "not_upgradable") headers["Upgrade"] = "websocket";
    if (request.complete || !hasBody(request)) {
      answerError(response, error, headers);
      return;
    }
    answerError(response, error, headers, () => this.#discard(request, response));
  }

  /** The rest of the body has to be read, or the client would see its connection break before it sees the answer. */
  #discard(request: IncomingMessage, response: ServerResponse): void {
    const { lingering } = this.#context;
    const rest: Terminable = { bytesLeft: 0, terminate: () => request.socket.destroy() };
    lingering.add(rest);
    request.on("end", () => response.end());
    response.on("close", () => lingering.delete(rest));
    request.resume();
  }

  #checkEmpty(): void {
    if (this.#responses.size === 0 && this.#context.connections.size === 0) this.#whenEmpty?.();
  }
}

/** Tells which methods are allowed instead. */
class MethodError extends RequestError {
  readonly allow: string;

  constructor(methods: readonly string[]) {
    super("method_not_allowed");
    this.allow = [...methods, "OPTIONS"].join(", ");
  }
}

function queryOf({ url = "" }: IncomingMessage): URLSearchParams {
  const start = url.indexOf("?");
  return new URLSearchParams(start < 0 ? "" : url.slice(start + 1));
}
