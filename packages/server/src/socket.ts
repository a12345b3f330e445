// One client in one namespace: the application's end of its events.
// Not here: what waits to be heard (inbox), what is said (outgoing), who is let in (namespace), how messages travel (peer).

import {
  type Answer,
  type Complaint,
  complaintError,
  type EmitArgs,
  type EmitOptions,
  EventIterator,
  type EventMap,
  type Events,
  type EventsOptions,
  ending,
  type Listener,
  type ListenOptions,
  type Message,
  type PlainArgs,
  type RefusalData,
} from "@wireway/protocol";
import { type RoomNames, roomNames } from "./audience.ts";
import { Broadcast } from "./broadcast.ts";
import type { BroadcastAnswers } from "./broadcast-answers.ts";
import type { ConnectionInfo } from "./connection-info.ts";
import { Disconnection } from "./disconnection.ts";
import { Emitter } from "./emitter.ts";
import type { EventName, SocketData } from "./event-name.ts";
import type { SocketHandshake } from "./handshake.ts";
import type { Members } from "./members.ts";
import { type OwnRooms, roomSet } from "./own-rooms.ts";
import type { Reach } from "./reach.ts";
import { secret } from "./secret.ts";
import type { EventMiddleware, HeardArgs, HeardName, MessageArgs, SocketHandler } from "./socket-events.ts";
import type { SocketHost } from "./socket-host.ts";
import { any, outgoing, Voice } from "./voice.ts";

const noOptions: EmitOptions = {};

type AnyHandler = (event: string, ...args: unknown[]) => unknown;

/** `In`: what clients send, `Out`: what the server sends, `Between`: what servers send each other, `Data`: of `data`. */
export class Socket<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  // biome-ignore lint/correctness/noUnusedVariables: the four stand in the same order everywhere
  Between extends Events<Between> = EventMap, // oxlint-disable-line no-unused-vars
  Data = SocketData,
> {
  /** Public, random, and this socket's own. */
  readonly id: string = secret(16);
  /** Name of the namespace. */
  readonly namespace: string;
  /** The request that began the session, and what the client gave for this socket. */
  readonly handshake: SocketHandshake;
  /**
   * Whatever the application likes to keep here. Empty at first, whatever its type says: it is for a middleware to fill, so
   * that handlers need not ask whether it is there.
   */
  get data(): Data {
    this.#data ??= {} as Data;
    return this.#data;
  }

  set data(data: Data) {
    this.#data = data;
  }

  /** What a middleware hands over to the client: its `socket.data` from the beginning. */
  clientData: unknown;
  /** @internal */ readonly host: SocketHost;
  readonly #members: Members;
  readonly #reach: Reach;
  /** What it hears and says. @internal */
  readonly voice: Voice;
  #data: Data | undefined;
  /** For the rooms. @internal */
  ownRooms: OwnRooms = "none";
  #state: "joining" | "joined" | "left" = "joining";

  constructor(handshake: SocketHandshake, host: SocketHost, members: Members, reach: Reach) {
    this.namespace = members.name;
    this.handshake = handshake;
    this.host = host;
    this.#members = members;
    this.#reach = reach;
    this.voice = new Voice(host, members, this.#untyped);
  }

  /** Whether it was admitted and is not over; also while its session waits for a connection. */
  get connected(): boolean {
    return this.#state === "joined";
  }

  /** The rooms it is in, its own `id` among them. */
  get rooms(): Set<string> {
    const rooms = roomSet(this.ownRooms, this.id);
    this.ownRooms = rooms;
    return rooms;
  }

  /** Who it is: the `user` that the option `authenticate` returned; undefined without that option. */
  get user(): string | undefined {
    return this.host.user;
  }

  /** Undefined while the session has no connection. */
  get connection(): ConnectionInfo | undefined {
    const { current } = this.host.driver.session;
    return current && { transport: current.connection.transport, roundTripMs: current.roundTripMs };
  }

  /** Bytes that the client has not confirmed yet, or that wait because it is behind; of all sockets of its session. */
  get bufferedBytes(): number {
    return this.host.bufferedBytes;
  }

  // Hearing.

  /**
   * Listens. What a handler returns or resolves with is the acknowledgement, unless it calls the function that it gets
   * behind the arguments when the client wants one. What it throws is reported, and tells the client that it failed; a
   * `Refusal` tells why, and is not reported. @returns what undoes it; the options' signal does too.
   */
  on<Name extends HeardName<In>>(event: Name, handler: SocketHandler<In, Name>, options?: ListenOptions): () => void {
    return this.voice.listeners.on(event, handler as Listener, options);
  }

  /** The same for the next time only. */
  once<Name extends HeardName<In>>(event: Name, handler: SocketHandler<In, Name>, options?: ListenOptions): () => void {
    return this.voice.listeners.once(event, handler as Listener, options);
  }

  /** Without a handler: stops all of the event; without an event: all of the socket's. */
  off<Name extends HeardName<In>>(event?: Name, handler?: SocketHandler<In, Name>): this {
    this.voice.listeners.off(event, handler as Listener | undefined);
    return this;
  }

  /** Hears all of the client's events, before those who listen to one. @returns what undoes it. */
  onAny(handler: AnyHandler, options?: ListenOptions): () => void {
    return this.voice.listeners.on(any, handler as Listener, options);
  }

  /** Without a handler: stops all of them. */
  offAny(handler?: AnyHandler): this {
    this.voice.listeners.off(any, handler as Listener | undefined);
    return this;
  }

  /** Hears all events that go out to this client, those of broadcasts too, as the client gets them. @returns what undoes it. */
  onAnyOutgoing(handler: AnyHandler, options?: ListenOptions): () => void {
    return this.voice.overhear(handler as Listener, options);
  }

  /** Without a handler: stops all of them. */
  offAnyOutgoing(handler?: AnyHandler): this {
    this.voice.listeners.off(outgoing, handler as Listener | undefined);
    return this;
  }

  /**
   * The events of one name, one by one: `for await (const [text] of socket.events("chat"))`. Hears from now on, and ends
   * with the socket. Its loop fails with a WirewayError, `too_many_waiting`, when it lags behind by `maxWaiting` events.
   */
  events<Name extends EventName<In>>(event: Name, options: EventsOptions = {}): EventIterator<HeardArgs<In, Name>> {
    return new EventIterator<HeardArgs<In, Name>>(event, options, (iterator) => this.voice.feed(event, iterator));
  }

  /**
   * Adds a middleware that every event goes through before its handlers, in order, also while one takes its time. With one
   * parameter it lets the event pass by returning or resolving; with two by calling `next`. An error for `next`, or one that
   * is thrown, tells the client that the event was refused.
   */
  use(middleware: EventMiddleware): this {
    this.voice.use(middleware);
    return this;
  }

  // Saying.

  /**
   * Sends an event; a function as the last argument is called with the acknowledgement, if one comes.
   * @returns false when the client is behind (`highWaterBytes`) or the socket is not connected.
   * @throws {WirewayError} `message_too_large`, `reserved_event`, `invalid_event`, `not_serializable`; by the contract
   * `unknown_event`, `invalid_arguments`
   */
  emit<Name extends EventName<Out>>(event: Name, ...args: EmitArgs<Out, Name>): boolean {
    return this.voice.emit(event, args, noOptions, "answer");
  }

  /**
   * Resolves with the acknowledgement. Rejects with a WirewayError: `disconnected`; `handler_failed` or `rejected` by the
   * client; or what `emit` throws.
   */
  emitWithAck<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): Promise<Answer<Out, Name>> {
    return this.voice.ask(event, args, noOptions) as Promise<Answer<Out, Name>>;
  }

  /** Emits the event `message`. */
  send(...args: MessageArgs<Out>): boolean {
    return this.voice.emit("message", args, noOptions, "answer");
  }

  /** An emitter whose acknowledgements have to come in time. @throws {WirewayError} `invalid_option` */
  timeout(timeoutMs: number): Emitter<Out, true> {
    return this.#emitter.timeout(timeoutMs);
  }

  /** An emitter of events that are worth nothing later: dropped while the client is behind. @see ServerOptions.whenBehind */
  get volatile(): Emitter<Out> {
    return this.#emitter.volatile;
  }

  /** An emitter with several of these at once, a signal, or a key of which only the newest event waits. @throws {WirewayError} `invalid_option` */
  with(options: EmitOptions): Emitter<Out, true> {
    return this.#emitter.with(options);
  }

  /** Resolves when the client is not behind any more: at once when it is not. Rejects with a WirewayError, `disconnected`. */
  drained(): Promise<void> {
    return this.voice.drained();
  }

  /** All others in the namespace. */
  get broadcast(): Broadcast<Out, Data> {
    return new Broadcast<Out, Data>(this.#reach).except(this.id);
  }

  /** The others in these rooms. */
  to(room: RoomNames): Broadcast<Out, Data> {
    return this.broadcast.to(room);
  }

  /** The same as `to`. */
  in(room: RoomNames): Broadcast<Out, Data> {
    return this.to(room);
  }

  /** All others but those in these rooms. */
  except(room: RoomNames): Broadcast<Out, Data> {
    return this.broadcast.except(room);
  }

  /** Comes into rooms. Does nothing for a socket that is not connected. */
  join(room: RoomNames): void {
    for (const name of roomNames(room)) if (this.connected) this.#members.rooms.join(this.#untyped, name);
  }

  /** Does nothing for rooms that it is not in. */
  leave(room: RoomNames): void {
    for (const name of roomNames(room)) this.#members.rooms.leave(this.#untyped, name);
  }

  /** Ends the socket; with `close` the client's whole session. What waits to be heard is not heard any more. */
  disconnect(close = false): this {
    this.voice.deafen();
    if (this.#state !== "left") {
      const unconfirmed = this.host.unconfirmed();
      this.host.left(this.#untyped);
      this.ended(new Disconnection(ending("closed", "local"), this.#members.dialect, unconfirmed));
    }
    if (close) this.host.close("closed");
    return this;
  }

  /** The same as `disconnect()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect();
  }

  /** Finds out who it is, before anybody else is asked. @internal */
  identify(): Promise<void> | undefined {
    return this.host.identify(this.#untyped);
  }

  /** Complains to the client, and tells those who listen here. @internal */
  warn(complaint: Complaint): void {
    if (!this.connected) return;
    this.voice.outgoing.complain(complaint, undefined);
    this.voice.tell("warning", [complaintError(complaint)]);
  }

  /** It is let in. The client is told, then `welcome` calls the connection handlers. @internal */
  admit(welcome: () => Promise<unknown> | undefined): void {
    if (this.#state !== "joining") return this.host.decided();
    this.#state = "joined";
    const { clientData: data } = this;
    try {
      this.voice.say({
        type: "connect",
        namespace: this.namespace,
        data: { sid: this.id, ...(data !== undefined && { data }) },
      });
    } catch (error) {
      this.host.report(error, { socket: this.#untyped, event: "connection" });
      this.#state = "joining";
      this.refuse({ message: "refused" });
      return;
    }
    this.host.admitted(this.#untyped);
    this.#members.enter(this.#untyped);
    const handling = welcome();
    if (handling) void handling.then(() => this.voice.listen());
    else this.voice.listen();
  }

  /** It is not let in. @internal */
  refuse(data: RefusalData & { readonly message: string }): void {
    if (this.#state !== "joining") return this.host.decided();
    this.#state = "left";
    this.host.refused(this.#untyped, data);
    this.voice.end(undefined, () => this.#members.leave(this.#untyped));
  }

  /** A message of a broadcast's. @internal */
  deliver(message: Message, options?: EmitOptions): boolean {
    return this.voice.outgoing.deliver(message, options);
  }

  /** The same, whose answer is one of many. One who does not get it is not asked. @internal */
  ask(message: Message, options: EmitOptions, answers: BroadcastAnswers): boolean {
    return this.voice.outgoing.ask(message, options, answers);
  }

  /** Nobody waits for this answer any more. @internal */
  forget(id: number): void {
    this.voice.outgoing.forget(id);
  }

  /** It is over. @internal */
  ended(disconnection: Disconnection): void {
    const wasJoined = this.connected;
    this.#state = "left";
    this.voice.end(wasJoined ? disconnection : undefined, () => this.#members.leave(this.#untyped));
  }

  get #emitter(): Emitter<Out> {
    return new Emitter<Out>(this.voice, noOptions, "answer");
  }

  get #untyped(): Socket {
    return this as unknown as Socket;
  }
}
