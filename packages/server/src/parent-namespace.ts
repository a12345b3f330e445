// All namespaces whose names a pattern or a function accepts. Each is made when the first client asks for it and removed when
// the last one has left; what is said here goes to all that exist.

import type { Answer, EmitOptions, EventMap, Events, Listener, PlainArgs } from "@wireway/protocol";
import { Admission, type Middleware } from "./admission.ts";
import type { RoomNames } from "./audience.ts";
import { Broadcast, type BroadcastArgs, type BroadcastOperators } from "./broadcast.ts";
import { ChildrenReach } from "./children-reach.ts";
import { dialectOf } from "./dialect.ts";
import type { EventName, SocketData } from "./event-name.ts";
import type { Namespace } from "./namespace.ts";
import type { NamespaceEvents } from "./namespace-events.ts";
import type { NamespaceOptions } from "./namespace-options.ts";
import { Reach, type ReachContext } from "./reach.ts";
import type { RemoteSocket } from "./remote-socket.ts";

/** Whether there is a namespace of that name, for a client that gave `auth`. Asked whenever a client wants in. */
export type NamespaceMatcher = (name: string, auth: Record<string, unknown>) => boolean | Promise<boolean>;

type ParentEvents<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> = Pick<NamespaceEvents<In, Out, Between, Data>, "connection">;

/** `In`: what clients send, `Out`: what the server sends, `Between`: what servers send each other, `Data`: of `data`. */
export class ParentNamespace<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> implements BroadcastOperators<Out, Data>
{
  readonly #matches: NamespaceMatcher;
  /** Of all children. */
  readonly #options: NamespaceOptions | undefined;
  readonly #children = new Map<string, Namespace>();
  readonly #all: Broadcast<Out, Data>;
  /** @internal For the server: what all children begin with. */
  readonly admission: Admission = new Admission();
  /** @internal For the server: what reaches all sockets of the children. */
  readonly reach: Reach;

  /** @internal */
  constructor(name: string, matches: NamespaceMatcher, context: ReachContext, options?: NamespaceOptions) {
    this.#matches = matches;
    this.#options = options;
    // The name of none of them: it is written anew for each.
    const dialect = dialectOf("/", context.options, options);
    this.reach = new Reach(name, new ChildrenReach(dialect, this.#children), context);
    this.#all = new Broadcast<Out, Data>(this.reach);
  }

  /** Those that exist on this server, by name. */
  get children(): ReadonlyMap<string, Namespace<In, Out, Between, Data>> {
    return this.#children as unknown as ReadonlyMap<string, Namespace<In, Out, Between, Data>>;
  }

  /** A client was let into one of them; its `namespace` tells into which. @returns what undoes it. */
  on(event: "connection", listener: ParentEvents<In, Out, Between, Data>["connection"]): () => void {
    return this.admission.listeners.on(event, listener as unknown as Listener);
  }

  /** The same for the next time only. */
  once(event: "connection", listener: ParentEvents<In, Out, Between, Data>["connection"]): () => void {
    return this.admission.listeners.once(event, listener as unknown as Listener);
  }

  /** Without a listener: stops all of them. */
  off(event: "connection", listener?: ParentEvents<In, Out, Between, Data>["connection"]): this {
    this.admission.listeners.off(event, listener as unknown as Listener | undefined);
    return this;
  }

  /** Adds a middleware for all of them, in front of their own. */
  use(middleware: Middleware<In, Out, Between, Data>): this {
    this.admission.middlewares.push(middleware as unknown as Middleware);
    return this;
  }

  // Broadcasting to all who are in any of them.

  to(room: RoomNames): Broadcast<Out, Data> {
    return this.#all.to(room);
  }

  in(room: RoomNames): Broadcast<Out, Data> {
    return this.#all.to(room);
  }

  except(room: RoomNames): Broadcast<Out, Data> {
    return this.#all.except(room);
  }

  get local(): Broadcast<Out, Data> {
    return this.#all.local;
  }

  get volatile(): Broadcast<Out, Data> {
    return this.#all.volatile;
  }

  timeout(limitMs: number): Broadcast<Out, Data, true> {
    return this.#all.timeout(limitMs);
  }

  with(options: EmitOptions): Broadcast<Out, Data, true> {
    return this.#all.with(options);
  }

  emit<Name extends EventName<Out>>(event: Name, ...args: BroadcastArgs<Out, Name>): boolean {
    return this.#all.emit(event, ...args);
  }

  send(...args: unknown[]): boolean {
    return this.#all.send(...args);
  }

  emitWithAck<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): Promise<Answer<Out, Name>[]> {
    return this.#all.emitWithAck(event, ...args);
  }

  fetchSockets(): Promise<RemoteSocket<Out, Data>[]> {
    return this.#all.fetchSockets();
  }

  socketsJoin(room: RoomNames): void {
    this.#all.socketsJoin(room);
  }

  socketsLeave(room: RoomNames): void {
    this.#all.socketsLeave(room);
  }

  disconnectSockets(close = false): void {
    this.#all.disconnectSockets(close);
  }

  // For the server.

  /** @internal For the server: whether a client may ask for it. */
  matches(name: string, auth: Record<string, unknown>): boolean | Promise<boolean> {
    return this.#matches(name, auth);
  }

  /** @internal For the server: it exists from now on. */
  add(child: Namespace): void {
    child.adopt(this.admission);
    if (this.#options) child.configure(this.#options);
    this.#children.set(child.name, child);
  }

  /** @internal For the server: nobody is in it any more. */
  remove(child: Namespace): void {
    this.#children.delete(child.name);
  }
}
