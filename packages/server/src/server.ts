// The server: mounts on whatever speaks HTTP, and is the application's way to namespaces and sockets. Its own events,
// rooms and sockets are those of the namespace "/".
// Not here: where requests come from (mounts), how one becomes a connection (gateway), sessions, who gets an event
// (namespace, broadcast).

import type { IncomingMessage, Server as PlainServer, ServerResponse } from "node:http";
import {
  checkNamespace,
  type EventMap,
  type Events,
  type Listener,
  Listeners,
  type PlainArgs,
} from "@wireway/protocol";
import type { HttpServer } from "./attach.ts";
import type { Broadcast, RoomNames } from "./broadcast.ts";
import { WheelClock } from "./clock.ts";
import { type CloseOptions, type ResolvedCloseOptions, resolveCloseOptions } from "./close-options.ts";
import { type ErrorContext, errorReport } from "./error-report.ts";
import type { EventName, SocketData } from "./event-name.ts";
import { Gateway } from "./gateway.ts";
import { type HttpMiddleware, isHttpMiddleware } from "./http-middleware.ts";
import { type Handler, Mounts } from "./mounts.ts";
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
  readonly #mounts: Mounts;
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
    this.#mounts = new Mounts(this.#gateway, this.#options.headersTimeoutMs);
    this.#main = this.of<In, Out, Between, Data>("/");
  }

  // Mounting.

  /** For Express and the like: `app.use(wireway.middleware())` serves all transports, WebSocket included. */
  middleware(): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
    return (request, response, next) => {
      if (!this.#mounts.handler()(request, response)) next();
    };
  }

  /** For anything that calls back with Node's request and response. @returns whether the request was for us. */
  handler(): Handler {
    return this.#mounts.handler();
  }

  /** Serves beside whatever else uses the HTTP server, and leaves all other paths to it. */
  attach(server: HttpServer): this {
    this.#mounts.attach(server);
    return this;
  }

  /** Opens an HTTP server that serves nothing else. Port 0 takes a free one: see the result's `address()`. */
  listen(port: number, host?: string): Promise<PlainServer> {
    return this.#mounts.listen(port, host);
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

  /** Adds a middleware to the namespace "/"; one with exactly three parameters is run for every request of every transport. */
  use(middleware: Middleware<In, Out, Between, Data>): this;
  use(middleware: HttpMiddleware): this;
  use(middleware: Middleware<In, Out, Between, Data> | HttpMiddleware): this {
    if (isHttpMiddleware(middleware)) this.#gateway.use(middleware);
    else this.#main.use(middleware as Middleware<In, Out, Between, Data>);
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

  async #close({ drainMs, redirectTo, timeoutMs }: ResolvedCloseOptions): Promise<void> {
    if (drainMs > 0) await this.#sessions.drain(drainMs, redirectTo);
    await this.#gateway.close(this.#sessions.close(), timeoutMs);
    await this.#mounts.close();
    this.#clock.stop();
  }
}
