// The server: mounts on whatever speaks HTTP, and is the application's way to namespaces and sockets. Its own events,
// rooms and sockets are those of the namespace "/".
// Not here: how a request becomes a connection (gateway), sessions, who gets an event (namespace, broadcast).

import { createServer, type IncomingMessage, type Server as PlainServer, type ServerResponse } from "node:http";
import { checkNamespace, type EventMap, type Events, type PlainArgs } from "@wireway/protocol";
import { type HttpServer, intercept } from "./attach.ts";
import type { Broadcast, RoomNames } from "./broadcast.ts";
import { WheelClock } from "./clock.ts";
import { type CloseOptions, type ResolvedCloseOptions, resolveCloseOptions } from "./close-options.ts";
import { type ErrorContext, errorReport } from "./error-report.ts";
import type { EventName, SocketData } from "./event-name.ts";
import { Gateway } from "./gateway.ts";
import { type Listener, Listeners } from "./listeners.ts";
import { type Middleware, Namespace, type NamespaceEvents } from "./namespace.ts";
import { type ResolvedOptions, resolveOptions, type ServerOptions } from "./options.ts";
import { Sessions } from "./sessions.ts";
import type { Socket } from "./socket.ts";

export interface ServerEvents<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> extends NamespaceEvents<In, Out, Between, Data> {
  /** A handler of the application's threw or rejected; without a listener it is printed. */
  error(error: unknown, context: ErrorContext): unknown;
}

/** Connections that may wait to be taken. With Node's 511, of 2,000 that came at once some waited for more than two seconds. */
const backlog = 4_096;

type Next = (error?: unknown) => void;

/** `In`: what clients send, `Out`: what the server sends, `Between`: what servers send each other, `Data`: of `data`. */
export class Server<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> {
  readonly #options: ResolvedOptions;
  readonly #clock = new WheelClock();
  readonly #errors = new Listeners();
  readonly #report = errorReport(this.#errors);
  readonly #namespaces = new Map<string, Namespace>();
  readonly #main: Namespace<In, Out, Between, Data>;
  readonly #sessions: Sessions;
  readonly #gateway: Gateway;
  /** HTTP servers of others that we listen on, and how to stop. */
  readonly #attached = new Map<HttpServer, () => void>();
  readonly #opened: PlainServer[] = [];
  #closing: Promise<void> | undefined;

  /** @throws {WirewayError} `invalid_option` */
  constructor(options: ServerOptions = {}) {
    this.#options = resolveOptions(options);
    this.#sessions = new Sessions({
      clock: this.#clock,
      options: this.#options,
      report: this.#report,
      namespace: (name) => this.#namespaces.get(name),
    });
    this.#gateway = new Gateway(this.#options, this.#clock, this.#sessions, this.#report);
    this.#main = this.of<In, Out, Between, Data>("/");
  }

  // Mounting.

  /** For Express and the like: `app.use(wireway.middleware())` serves all transports, WebSocket included. */
  middleware(): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
    return (request, response, next) => {
      if (!this.handler()(request, response)) next();
    };
  }

  /** For anything that calls back with Node's request and response. @returns whether the request was for us. */
  handler(): (request: IncomingMessage, response: ServerResponse, next?: Next) => boolean {
    return (request, response, next) => {
      this.#watchUpgrades(request);
      if (this.#gateway.owns(request)) this.#gateway.handle(request, response);
      else {
        next?.();
        return false;
      }
      return true;
    };
  }

  /** Serves beside whatever else uses the HTTP server, and leaves all other paths to it. */
  attach(server: HttpServer): this {
    this.#attached.get(server)?.();
    const gateway = this.#gateway;
    // Node tells of upgrades only while somebody listens; what comes here is for another path.
    const unclaimed = (_request: IncomingMessage, socket: { destroy(): unknown }): void => {
      if (server.listenerCount("upgrade") === 1) socket.destroy();
    };
    server.on("upgrade", unclaimed);
    const { headersTimeout } = server;
    server.headersTimeout = Math.min(headersTimeout, this.#options.headersTimeoutMs);
    const stop = intercept(server, {
      request: (request, response) => {
        const isOurs = gateway.owns(request);
        if (isOurs) gateway.handle(request, response);
        else if (server.listenerCount("request") === 0) response.writeHead(404).end();
        return isOurs;
      },
      upgrade: (request, socket, head) => {
        const isOurs = gateway.owns(request);
        if (isOurs) gateway.upgrade(request, socket, head);
        return isOurs;
      },
    });
    this.#attached.set(server, () => {
      stop();
      server.off("upgrade", unclaimed);
      server.headersTimeout = headersTimeout;
    });
    return this;
  }

  /** Opens an HTTP server that serves nothing else. Port 0 takes a free one: see the result's `address()`. */
  listen(port: number, host?: string): Promise<PlainServer> {
    const { headersTimeoutMs } = this.#options;
    const server = createServer({ connectionsCheckingInterval: Math.min(headersTimeoutMs, 5_000) });
    this.#opened.push(server);
    this.attach(server);
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, backlog, ...(host !== undefined && { host }) }, () => {
        server.off("error", reject);
        resolve(server);
      });
    });
  }

  /**
   * Ends all sessions, connections and timers; HTTP servers only where `listen` opened them. With `drainMs` clients are
   * asked to go elsewhere first, a few at a time, and served until they have gone; another call without `drainMs` ends that
   * time. Resolves when nothing is left. Rejects with a WirewayError, `invalid_option`, and then has done nothing.
   */
  close(options: CloseOptions = {}): Promise<void> {
    let resolved: ResolvedCloseOptions;
    try {
      resolved = resolveCloseOptions(options, this.#options.path);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#closing && resolved.drainMs === 0) this.#sessions.endDrain();
    this.#closing ??= this.#close(resolved);
    return this.#closing;
  }

  // Events.

  /** Listens to `connection` of the namespace "/", or to `error`. @returns what undoes it. */
  on<Name extends keyof ServerEvents<In, Out, Between, Data>>(
    event: Name,
    listener: ServerEvents<In, Out, Between, Data>[Name],
  ): () => void {
    if (event === "error") return this.#errors.on(event, listener as unknown as Listener);
    return this.#main.on(event as "connection", listener as ServerEvents<In, Out, Between, Data>["connection"]);
  }

  /** The same for the next time only. */
  once<Name extends keyof ServerEvents<In, Out, Between, Data>>(
    event: Name,
    listener: ServerEvents<In, Out, Between, Data>[Name],
  ): () => void {
    if (event === "error") return this.#errors.once(event, listener as unknown as Listener);
    return this.#main.once(event as "connection", listener as ServerEvents<In, Out, Between, Data>["connection"]);
  }

  /** Without a listener: stops all of the event. */
  off<Name extends keyof ServerEvents<In, Out, Between, Data>>(
    event: Name,
    listener?: ServerEvents<In, Out, Between, Data>[Name],
  ): this {
    if (event === "error") this.#errors.off(event, listener as unknown as Listener | undefined);
    else
      this.#main.off(event as "connection", listener as ServerEvents<In, Out, Between, Data>["connection"] | undefined);
    return this;
  }

  /** The namespace of that name, which exists from now on. @throws {WirewayError} `invalid_namespace` */
  of<
    NamespaceIn extends Events<NamespaceIn> = In,
    NamespaceOut extends Events<NamespaceOut> = Out,
    NamespaceBetween extends Events<NamespaceBetween> = Between,
    NamespaceData = Data,
  >(name: string): Namespace<NamespaceIn, NamespaceOut, NamespaceBetween, NamespaceData> {
    let namespace = this.#namespaces.get(checkNamespace(name));
    if (!namespace) {
      namespace = new Namespace(name, this.#options.terms.maxMessageBytes, this.#report);
      this.#namespaces.set(name, namespace);
    }
    return namespace as unknown as Namespace<NamespaceIn, NamespaceOut, NamespaceBetween, NamespaceData>;
  }

  /** All sockets of the namespace "/", by id. */
  get sockets(): ReadonlyMap<string, Socket<In, Out, Between, Data>> {
    return this.#main.sockets;
  }

  /** Adds a middleware to the namespace "/". */
  use(middleware: Middleware<In, Out, Between, Data>): this {
    this.#main.use(middleware);
    return this;
  }

  /** Those in these rooms of the namespace "/". */
  to(room: RoomNames): Broadcast<Out, Data> {
    return this.#main.to(room);
  }

  /** The same as `to`. */
  in(room: RoomNames): Broadcast<Out, Data> {
    return this.#main.to(room);
  }

  /** All in the namespace "/" but those in these rooms. */
  except(room: RoomNames): Broadcast<Out, Data> {
    return this.#main.except(room);
  }

  /** Sends the event to all in the namespace "/". @returns false when one is behind. @throws {WirewayError} */
  emit<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): boolean {
    return this.#main.emit(event, ...args);
  }

  /** Upgrades come as requests only while nobody listens for them; where somebody does, we have to be there too. */
  #watchUpgrades(request: IncomingMessage & { readonly baseUrl?: string }): void {
    const { server } = request.socket as { server?: HttpServer };
    if (!server || this.#gateway.isClosed || this.#attached.has(server) || server.listenerCount("upgrade") === 0)
      return;
    const gateway = this.#gateway;
    // Express takes the path that it is mounted at off the URL of requests; upgrades come with all of it.
    const prefix = request.baseUrl ?? "";
    const stop = intercept(server, {
      upgrade: (upgrade, socket, head) => {
        const isOurs = gateway.owns(upgrade, prefix);
        if (isOurs) gateway.upgrade(upgrade, socket, head);
        return isOurs;
      },
    });
    this.#attached.set(server, stop);
  }

  async #close({ drainMs, redirectTo, timeoutMs }: ResolvedCloseOptions): Promise<void> {
    if (drainMs > 0) await this.#sessions.drain(drainMs, redirectTo);
    await this.#gateway.close(this.#sessions.close(), timeoutMs);
    for (const stop of this.#attached.values()) stop();
    this.#attached.clear();
    await Promise.all(this.#opened.map(closeServer));
    this.#clock.stop();
  }
}

function closeServer(server: PlainServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
