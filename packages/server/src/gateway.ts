// The way from a request to its transport: is it for us, may it be here, what does it want. Everything is refused as early as
// it can be, and with the same order of questions for requests and upgrades.
// Not here: how requests get here (server, attach), what transports do.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type Clock, WirewayError } from "@wireway/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import { answerError, appendHeaders } from "./answer.ts";
import { BodyReader, hasBody, RequestAborted } from "./body.ts";
import { Connections } from "./connections.ts";
import type { ErrorReport } from "./error-report.ts";
import { Exchange, type ExchangeContext } from "./exchange.ts";
import { type Handshake, handshakeOf } from "./handshake.ts";
import { type HttpMiddleware, HttpMiddlewares } from "./http-middleware.ts";
import { Lingering, type Terminable } from "./lingering.ts";
import { OpenResponses } from "./open-responses.ts";
import type { ResolvedOptions } from "./options.ts";
import { corsHeaders, isAllowedOrigin, preflightHeaders } from "./origins.ts";
import { isAnswering, Pipeline } from "./pipeline.ts";
import { queryOf } from "./query.ts";
import { RequestError } from "./request-error.ts";
import { MethodError, Routes, upgradeRoutes } from "./routes.ts";
import type { Sessions } from "./sessions.ts";
import { tellRequest } from "./taps.ts";
import { TimeLimit } from "./time-limit.ts";
import { LateWebSocket, lateOptions } from "./transports/late-web-socket.ts";
import { polling } from "./transports/polling.ts";
import { sse } from "./transports/sse.ts";
import { streaming } from "./transports/streaming.ts";
import type { TransportContext } from "./transports/transport.ts";
import { maxFrameBytes } from "./transports/web-socket-contents.ts";
import { WebSocketConnection } from "./transports/websocket.ts";
import { headerLines, isUpgrade, openResponse, refuseUpgrade, takeSocket } from "./upgrade.ts";
import { answerUpgrade } from "./web-socket-handshake.ts";

export class Gateway {
  readonly #options: ResolvedOptions;
  readonly #report: ErrorReport;
  readonly #context: TransportContext;
  readonly #exchanges: ExchangeContext;
  readonly #routes: Routes;
  readonly #webSocketServer: WebSocketServer;
  readonly #isLate: boolean;
  readonly #pipeline = new Pipeline();
  readonly #middlewares: HttpMiddlewares;
  readonly #responses = new OpenResponses(() => this.#checkEmpty());
  /** Whether nobody is let in any more. */
  isClosed = false;
  #whenEmpty: (() => void) | undefined;

  constructor(options: ResolvedOptions, clock: Clock, sessions: Sessions, report: ErrorReport) {
    this.#options = options;
    this.#report = report;
    this.#middlewares = new HttpMiddlewares(options.middlewareTimeoutMs, clock, report);
    const Engine = options.webSocketEngine ?? WebSocketServer;
    const late = Engine === WebSocketServer ? lateOptions() : {};
    this.#isLate = "WebSocket" in late;
    this.#webSocketServer = new Engine({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      ...late,
      autoPong: false,
      maxPayload: maxFrameBytes(options.terms.maxMessageBytes),
    }) as WebSocketServer;
    this.#webSocketServer.on("wsClientError", (_error, socket) => {
      refuseUpgrade(socket, new RequestError("not_upgradable"), { "Sec-WebSocket-Version": "13" });
    });
    this.#context = {
      webSockets: this.#webSocketServer,
      options,
      clock,
      sessions,
      report,
      bodies: new BodyReader(options.bodyTimeoutMs, clock),
      lingering: new Lingering(clock),
      opening: new TimeLimit<Terminable>(options.terms.pingTimeoutMs, clock, (one) => one.terminate()),
      connections: new Connections(() => this.#checkEmpty()),
    };
    this.#exchanges = {
      bodies: this.#context.bodies,
      refuse: ({ request, response, headers }, error) => this.#refuseSoon(request, response, error, headers),
    };
    this.#routes = new Routes(
      new Map([
        ["websocket", upgradeRoutes],
        ["streaming", streaming(this.#context)],
        ["sse", sse(this.#context)],
        ["polling", polling(this.#context)],
      ]),
    );
  }

  /** Whether the request's path is ours. */
  owns({ url = "" }: IncomingMessage, prefix = ""): boolean {
    const own = prefix + this.#options.path;
    const end = url.indexOf("?");
    const length = end < 0 ? url.length : end;
    // With and without its last slash.
    return length === own.length
      ? url.startsWith(own)
      : length === own.length - 1 && own.startsWith(url.slice(0, length));
  }

  /** Adds a middleware behind those that are there. */
  use(middleware: HttpMiddleware): void {
    this.#middlewares.add(middleware);
  }

  /** A request for our path, an upgrade among them where nobody listens for upgrades. One whose client has gone is no more. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    if (response.closed) return;
    if (!response.socket && this.#pipeline.waits(request, response, () => this.handle(request, response))) return;
    let cors: readonly string[] = [];
    try {
      this.#checkOrigin(request);
      cors = corsHeaders(request);
      this.#route(request, response, cors);
    } catch (error) {
      this.#responses.add(response);
      this.#refuseSoon(request, response, error, cors);
    }
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
    this.#responses.add(response);
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
      this.#responses.destroy();
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

  /** Throws what the request is refused for; else somebody answers it, and tells pages that they may read the answer. */
  #route(request: IncomingMessage, response: ServerResponse, cors: readonly string[]): void {
    const { method = "", url = "" } = request;
    if (method === "OPTIONS") {
      this.#responses.add(response);
      response.writeHead(204, preflightHeaders(request)).end();
      return;
    }
    if (isUpgrade(request)) {
      this.#checkUpgrade(request);
      this.#responses.add(response);
      appendHeaders(response, cors);
      this.#switch(request, response, (handshake, headers) =>
        this.#connect(request, takeSocket(request), Buffer.alloc(0), handshake, headers),
      ).catch((error: unknown) => this.#refuse(request, response, error));
      return;
    }
    const route = this.#routes.find(method, url);
    if (this.#middlewares.isEmpty) {
      const exchange = new Exchange(request, response, route, cors, this.#exchanges);
      this.#responses.add(response, exchange);
      exchange.begin();
      return;
    }
    const exchange = new Exchange(request, response, route, [], this.#exchanges);
    this.#responses.add(response, exchange);
    // They may answer themselves.
    appendHeaders(response, cors);
    this.#passes(request, response).then(
      (passes) => passes && exchange.begin(),
      (error: unknown) => exchange.refuse(error),
    );
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

  /** @throws {WirewayError} */
  #checkUpgrade(request: IncomingMessage): void {
    if (this.isClosed) throw new RequestError("server_closed");
    const routes = this.#routes.of(queryOf(request.url ?? "").params);
    if (routes !== upgradeRoutes) throw new MethodError(Object.keys(routes));
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
    headers?: OutgoingHttpHeaders,
  ): void {
    const begin = (webSocket?: WebSocket): void =>
      new WebSocketConnection(webSocket, socket, handshake, this.#context).listen();
    if (this.#isLate && !headers && answerUpgrade(request, socket, head)) return begin();
    const webSocketServer = this.#webSocketServer;
    const add = headers && ((lines: string[]): unknown => lines.push(...headerLines(headers)));
    if (add) webSocketServer.once("headers", add);
    // Calls back at once, or never.
    webSocketServer.handleUpgrade(request, socket, head, (webSocket) =>
      begin(webSocket instanceof LateWebSocket ? undefined : webSocket),
    );
    if (add) webSocketServer.off("headers", add);
  }

  /** When Node is through with what it has read: where that ends in an error of HTTP, Node's answer is the one that leaves. */
  #refuseSoon(request: IncomingMessage, response: ServerResponse, error: unknown, pending: readonly string[]): void {
    queueMicrotask(() => this.#refuse(request, response, error, pending));
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown, pending: readonly string[] = []): void {
    if (error instanceof RequestAborted) return;
    if (!(error instanceof WirewayError)) this.#report(error, { event: "request" });
    tellRequest(error, request);
    if (!response.headersSent) appendHeaders(response, pending);
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
