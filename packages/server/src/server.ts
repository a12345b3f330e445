// The server: mounts on whatever speaks HTTP, and is the application's way to namespaces and sockets. Its own events,
// rooms and sockets are those of the namespace "/".
// Not here: where requests come from (mounts), how one becomes a connection (gateway), sessions, who gets an event
// (namespace, broadcast).

import type { IncomingMessage, Server as PlainServer, ServerResponse } from "node:http";
import {
  type Answer,
  type EmitOptions,
  type EventMap,
  type Events,
  type Listener,
  Listeners,
  type PlainArgs,
} from "@wireway/protocol";
import type { Middleware } from "./admission.ts";
import { Announcements } from "./announcements.ts";
import type { HttpServer } from "./attach.ts";
import type { RoomNames } from "./audience.ts";
import type { Broadcast, BroadcastArgs, BroadcastOperators } from "./broadcast.ts";
import { WheelClock } from "./clock.ts";
import { type CloseOptions, type ResolvedCloseOptions, resolveCloseOptions } from "./close-options.ts";
import { Cluster } from "./cluster/cluster.ts";
import { errorReport } from "./error-report.ts";
import type { EventName, SocketData } from "./event-name.ts";
import { Gateway } from "./gateway.ts";
import { type HttpMiddleware, isHttpMiddleware } from "./http-middleware.ts";
import { type Handler, Mounts } from "./mounts.ts";
import type { Namespace } from "./namespace.ts";
import type { HeardBy, NamespaceOptions, SaidBy } from "./namespace-options.ts";
import { Namespaces } from "./namespaces.ts";
import { type ResolvedOptions, resolveOptions, type ServerOptions } from "./options.ts";
import type { NamespaceMatcher, ParentNamespace } from "./parent-namespace.ts";
import type { RemoteSocket } from "./remote-socket.ts";
import type { ServerEvents } from "./server-events.ts";
import { Sessions } from "./sessions.ts";
import type { Socket } from "./socket.ts";

type Next = (error?: unknown) => void;

/** `In`: what clients send, `Out`: what the server sends, `Between`: what servers send each other, `Data`: of `data`. */
export class Server<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> implements BroadcastOperators<Out, Data>
{
  readonly #options: ResolvedOptions;
  readonly #clock = new WheelClock();
  readonly #errors = new Listeners();
  readonly #report = errorReport(this.#errors);
  readonly #cluster: Cluster;
  readonly #namespaces: Namespaces;
  readonly #main: Namespace<In, Out, Between, Data>;
  readonly #sessions: Sessions;
  readonly #gateway: Gateway;
  readonly #mounts: Mounts;
  #closing: Promise<void> | undefined;

  /** Neither listens nor needs a port until it is mounted. @throws {WirewayError} `invalid_option` */
  constructor(options: ServerOptions = {}) {
    this.#options = resolveOptions(options);
    const shared = {
      clock: this.#clock,
      options: this.#options,
      report: this.#report,
      announcements: new Announcements(this.#clock, this.#options),
    };
    this.#sessions = new Sessions({
      ...shared,
      entrance: (name, auth) => this.#namespaces.entrance(name, auth),
    });
    this.#gateway = new Gateway(this.#options, this.#clock, this.#sessions, this.#report);
    this.#mounts = new Mounts(this.#gateway, this.#options.headersTimeoutMs);
    const { maxMessageBytes } = this.#options.terms;
    this.#cluster = new Cluster({
      ...this.#options,
      clock: this.#clock,
      report: this.#report,
      maxMessageBytes,
      codec: this.#options.codec.name,
      namespace: (name) => this.#namespaces.reached(name),
      endUser: (user) => this.#sessions.disconnectUser(user),
    });
    this.#namespaces = new Namespaces({ ...shared, cluster: this.#cluster });
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
  async close(options: CloseOptions = {}): Promise<void> {
    const resolved = resolveCloseOptions(options, this.#options.path);
    if (this.#closing && resolved.drainMs === 0) this.#sessions.endDrain();
    this.#closing ??= this.#close(resolved);
    await this.#closing;
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // Events.

  /** Listens: to `error`, and to what the namespace "/" tells and other servers say to it. @returns what undoes it. */
  on<Name extends keyof ServerEvents>(event: Name, listener: ServerEvents<In, Out, Between, Data>[Name]): () => void;
  on<Name extends EventName<Between>>(event: Name, listener: Between[Name]): () => void;
  on(event: string, listener: Listener): () => void {
    return event === "error" ? this.#errors.on(event, listener) : this.#untyped.on(event as "connection", listener);
  }

  /** The same for the next time only. */
  once<Name extends keyof ServerEvents>(event: Name, listener: ServerEvents<In, Out, Between, Data>[Name]): () => void;
  once<Name extends EventName<Between>>(event: Name, listener: Between[Name]): () => void;
  once(event: string, listener: Listener): () => void {
    return event === "error" ? this.#errors.once(event, listener) : this.#untyped.once(event as "connection", listener);
  }

  /** Without a listener: stops all of the event. */
  off<Name extends keyof ServerEvents>(event: Name, listener?: ServerEvents<In, Out, Between, Data>[Name]): this;
  off<Name extends EventName<Between>>(event: Name, listener?: Between[Name]): this;
  off(event: string, listener?: Listener): this {
    if (event === "error") this.#errors.off(event, listener);
    else this.#untyped.off(event as "connection", listener);
    return this;
  }

  /**
   * The namespace of that name, which exists from now on; or all whose names a pattern or a function accepts, each made when
   * a client asks for it and removed when the last one has left. @throws {WirewayError} `invalid_namespace`
   */
  of<
    NamespaceIn extends Events<NamespaceIn> = In,
    NamespaceOut extends Events<NamespaceOut> = Out,
    NamespaceBetween extends Events<NamespaceBetween> = Between,
    NamespaceData = Data,
  >(name: string): Namespace<NamespaceIn, NamespaceOut, NamespaceBetween, NamespaceData>;
  of<
    NamespaceIn extends Events<NamespaceIn> = In,
    NamespaceOut extends Events<NamespaceOut> = Out,
    NamespaceBetween extends Events<NamespaceBetween> = Between,
    NamespaceData = Data,
  >(matcher: RegExp | NamespaceMatcher): ParentNamespace<NamespaceIn, NamespaceOut, NamespaceBetween, NamespaceData>;
  of<const Options extends NamespaceOptions>(
    name: string,
    options: Options,
  ): Namespace<HeardBy<Options, In>, SaidBy<Options, Out>, Between, Data>;
  of<const Options extends NamespaceOptions>(
    matcher: RegExp | NamespaceMatcher,
    options: Options,
  ): ParentNamespace<HeardBy<Options, In>, SaidBy<Options, Out>, Between, Data>;
  of(name: string | RegExp | NamespaceMatcher, options?: NamespaceOptions): unknown {
    if (typeof name !== "string") return this.#namespaces.matching(name, options);
    const namespace = this.#namespaces.named(name);
    if (options) namespace.configure(options);
    return namespace;
  }

  /** How many servers the adapter joins, this one among them, as far as they have heard of each other. */
  get serverCount(): number {
    return this.#cluster.size;
  }

  /** All sockets of the namespace "/" on this server, by id. */
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

  /**
   * Ends all sessions of a user on all servers, as the option `authenticate` names them, also those that wait for a
   * connection. They do not come back by themselves. Let `authenticate` refuse the user before: whoever dials anew is asked
   * anew. Rejects with a WirewayError, `not_acknowledged`, when a server that lives did not answer within
   * `requestsTimeoutMs`.
   */
  disconnectUser(user: string): Promise<void> {
    return this.#cluster.disconnectUser(user);
  }

  // Broadcasting to all in the namespace "/".

  to(room: RoomNames): Broadcast<Out, Data> {
    return this.#main.to(room);
  }

  in(room: RoomNames): Broadcast<Out, Data> {
    return this.#main.to(room);
  }

  except(room: RoomNames): Broadcast<Out, Data> {
    return this.#main.except(room);
  }

  get local(): Broadcast<Out, Data> {
    return this.#main.local;
  }

  get volatile(): Broadcast<Out, Data> {
    return this.#main.volatile;
  }

  timeout(limitMs: number): Broadcast<Out, Data, true> {
    return this.#main.timeout(limitMs);
  }

  with(options: EmitOptions): Broadcast<Out, Data, true> {
    return this.#main.with(options);
  }

  emit<Name extends EventName<Out>>(event: Name, ...args: BroadcastArgs<Out, Name>): boolean {
    return this.#main.emit(event, ...args);
  }

  send(...args: unknown[]): boolean {
    return this.#main.send(...args);
  }

  emitWithAck<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): Promise<Answer<Out, Name>[]> {
    return this.#main.emitWithAck(event, ...args);
  }

  fetchSockets(): Promise<RemoteSocket<Out, Data>[]> {
    return this.#main.fetchSockets();
  }

  socketsJoin(room: RoomNames): void {
    this.#main.socketsJoin(room);
  }

  socketsLeave(room: RoomNames): void {
    this.#main.socketsLeave(room);
  }

  disconnectSockets(close = false): void {
    this.#main.disconnectSockets(close);
  }

  /** As the namespace "/" does. */
  serverSideEmit<Name extends EventName<Between>>(event: Name, ...args: BroadcastArgs<Between, Name, true>): void {
    this.#main.serverSideEmit(event, ...args);
  }

  /** As the namespace "/" does. */
  serverSideEmitWithAck<Name extends EventName<Between>>(
    event: Name,
    ...args: PlainArgs<Between, Name>
  ): Promise<Answer<Between, Name>[]> {
    return this.#main.serverSideEmitWithAck(event, ...args);
  }

  get #untyped(): Namespace {
    return this.#main as unknown as Namespace;
  }

  async #close({ drainMs, redirectTo, timeoutMs }: ResolvedCloseOptions): Promise<void> {
    if (drainMs > 0) await this.#sessions.drain(drainMs, redirectTo);
    await this.#gateway.close(this.#sessions.close(), timeoutMs);
    await this.#mounts.close();
    await this.#cluster.close();
    this.#clock.stop();
  }
}
