// A namespace: who is in, what is said to them, what other servers say to it. It exists from the moment when the application
// asked for it; one that a parent made, as long as somebody is in.
// Not here: who is let in (admission), the rooms (members), how something gets to many (reach).

import {
  type Answer,
  type EmitOptions,
  type EventMap,
  type Events,
  type Listener,
  once,
  type PlainArgs,
} from "@wireway/protocol";
import { Admission, admit, type Middleware } from "./admission.ts";
import type { RoomNames } from "./audience.ts";
import { Broadcast, type BroadcastArgs, type BroadcastOperators } from "./broadcast.ts";
import { type SettleAll, settler } from "./broadcast-answers.ts";
import { dialectOf } from "./dialect.ts";
import type { EventName, SocketData } from "./event-name.ts";
import { MembersReach } from "./local-reach.ts";
import { Members } from "./members.ts";
import { checkServerEvent, type NamespaceEvents } from "./namespace-events.ts";
import type { NamespaceOptions } from "./namespace-options.ts";
import { Reach, type ReachContext } from "./reach.ts";
import type { RemoteSocket } from "./remote-socket.ts";
import type { Socket } from "./socket.ts";

/** Makes the socket that asks to be among these. */
export type SocketMaker = (members: Members, reach: Reach) => Socket;

/** Who decides for how long a namespace exists. */
export interface NamespaceKeeper {
  /** Nobody is in any more, and nobody asks. */
  emptied(): void;
  /** The application says what is to happen there. */
  wanted(): void;
}

/** `In`: what clients send, `Out`: what the server sends, `Between`: what servers send each other, `Data`: of `data`. */
export class Namespace<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> implements BroadcastOperators<Out, Data>
{
  /** As clients name it, such as `/admin`. */
  readonly name: string;
  readonly #context: ReachContext;
  readonly #members: Members;
  readonly #reach: Reach;
  readonly #all: Broadcast<Out, Data>;
  readonly #admission = new Admission();
  readonly #keeper: NamespaceKeeper;
  #parent: Admission | undefined;

  /** @internal */
  constructor(name: string, context: ReachContext, keeper: NamespaceKeeper) {
    this.name = name;
    this.#context = context;
    const failed = (error: unknown, event: string): void => context.report(error, { event });
    const { listeners } = this.#admission;
    this.#members = new Members(
      dialectOf(name, context.options),
      (event, ...args) => {
        if (listeners.has(event)) void listeners.call(event, args, { failed: (error) => failed(error, event) });
      },
      () => keeper.emptied(),
    );
    this.#keeper = keeper;
    this.#reach = new Reach(name, new MembersReach(this.#members, context.announcements), context);
    this.#all = new Broadcast<Out, Data>(this.#reach);
  }

  /** All that are in on this server, by id. */
  get sockets(): ReadonlyMap<string, Socket<In, Out, Between, Data>> {
    return this.#members.sockets as unknown as ReadonlyMap<string, Socket<In, Out, Between, Data>>;
  }

  /** Listens: to the namespace's own events, and to what other servers say to it. @returns what undoes it. */
  on<Name extends keyof NamespaceEvents>(
    event: Name,
    listener: NamespaceEvents<In, Out, Between, Data>[Name],
  ): () => void;
  on<Name extends EventName<Between>>(event: Name, listener: Between[Name]): () => void;
  on(event: string, listener: Listener): () => void {
    this.#keeper.wanted();
    return this.#admission.listeners.on(event, listener);
  }

  /** The same for the next time only. */
  once<Name extends keyof NamespaceEvents>(
    event: Name,
    listener: NamespaceEvents<In, Out, Between, Data>[Name],
  ): () => void;
  once<Name extends EventName<Between>>(event: Name, listener: Between[Name]): () => void;
  once(event: string, listener: Listener): () => void {
    this.#keeper.wanted();
    return this.#admission.listeners.once(event, listener);
  }

  /** Without a listener: stops all of the event. */
  off<Name extends keyof NamespaceEvents>(event: Name, listener?: NamespaceEvents<In, Out, Between, Data>[Name]): this;
  off<Name extends EventName<Between>>(event: Name, listener?: Between[Name]): this;
  off(event: string, listener?: Listener): this {
    this.#admission.listeners.off(event, listener);
    return this;
  }

  /** Adds a middleware behind those that are there. */
  use(middleware: Middleware<In, Out, Between, Data>): this {
    this.#keeper.wanted();
    this.#admission.middlewares.push(middleware as unknown as Middleware);
    return this;
  }

  // Broadcasting to all who are in.

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

  // Between servers.

  /**
   * Says something to this namespace on the other servers, which hear it by `on`. A function as the last argument is called
   * once, with what went wrong and the answers: one of each server that has a handler which answers.
   * @throws {WirewayError} `reserved_event`, `invalid_event`, `not_serializable`
   */
  serverSideEmit<Name extends EventName<Between>>(event: Name, ...args: BroadcastArgs<Between, Name, true>): void;
  serverSideEmit(event: string, ...args: unknown[]): void {
    const callback = args.at(-1);
    const { cluster, report } = this.#context;
    if (typeof callback !== "function") cluster.say(this.name, [checkServerEvent(event), ...args]);
    else {
      const told = settler(callback as SettleAll, (error) => report(error, { event }));
      cluster.query(this.name, [checkServerEvent(event), ...args.slice(0, -1)], told);
    }
  }

  /**
   * The same with a promise. Rejects with a WirewayError: `not_acknowledged` when a server that lives did not answer within
   * `requestsTimeoutMs`, with the answers that came in `details.data`; or what `serverSideEmit` throws.
   */
  serverSideEmitWithAck<Name extends EventName<Between>>(
    event: Name,
    ...args: PlainArgs<Between, Name>
  ): Promise<Answer<Between, Name>[]>;
  serverSideEmitWithAck(event: string, ...args: unknown[]): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      this.#context.cluster.query(this.name, [checkServerEvent(event), ...args], (error, answers) =>
        error ? reject(error) : resolve([...answers]),
      );
    });
  }

  // For the server.

  /** For the cluster: another server says something; `answer` is called once, if at all. @internal */
  hear([event, ...args]: readonly [string, ...unknown[]], answer: (args: readonly unknown[]) => void): void {
    const { report } = this.#context;
    const { listeners } = this.#admission;
    const answering = once(answer);
    if (!listeners.has(event)) return answering();
    void listeners.call(event, [...args, answering], {
      returned: (result) => {
        if (result !== undefined) answering(result);
      },
      failed: (error) => {
        report(error, { event });
        answering();
      },
    });
  }

  /** @internal For the server: what the application says about it from now on. @throws {WirewayError} `invalid_option` */
  configure(options: NamespaceOptions): void {
    this.#keeper.wanted();
    this.#members.dialect = dialectOf(this.name, this.#context.options, options);
  }

  /** @internal For a parent: its middlewares and handlers come first. */
  adopt(parent: Admission): void {
    this.#parent = parent;
  }

  /** @internal For the server: a client wants in. @param gate decides, before the middlewares, whether there is such a namespace. */
  admit(create: SocketMaker, gate?: Promise<boolean>): void {
    const socket = create(this.#members, this.#reach);
    this.#members.ask(socket);
    const { report } = this.#context;
    const enter = (): void => {
      const admissions = this.#parent ? [this.#parent, this.#admission] : [this.#admission];
      admit(socket, admissions, report);
    };
    if (!gate) {
      enter();
      return;
    }
    void gate
      .then((isThere) => (isThere ? enter() : socket.refuse({ message: "unknown_namespace" })))
      .catch((error) => {
        report(error, { socket, event: "connection" });
        socket.refuse({ message: "refused" });
      });
  }

  /** @internal Whether nobody is in, and nobody asks. */
  get isEmpty(): boolean {
    return this.#members.isEmpty;
  }

  /** @internal For the server: what reaches its sockets. */
  get reach(): Reach {
    return this.#reach;
  }
}
