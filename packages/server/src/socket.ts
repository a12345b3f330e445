// One client in one namespace: the application's end of its events.
// Not here: what waits to be heard (inbox), what is said (outgoing), who is let in (namespace), how messages travel (peer).

import { randomBytes } from "node:crypto";
import {
  type AckEnvelope,
  type Answer,
  type Complaint,
  complaintError,
  type EmitArgs,
  type EmitOptions,
  type EventEnvelope,
  type EventMap,
  type Events,
  ending,
  isBehind,
  isPromise,
  type Listener,
  type Message,
  type PlainArgs,
  type RefusalData,
  type Settle,
  WirewayError,
} from "@wireway/protocol";
import { type RoomNames, roomNames } from "./audience.ts";
import { Broadcast } from "./broadcast.ts";
import type { BroadcastAnswers } from "./broadcast-answers.ts";
import type { ConnectionInfo } from "./connection-info.ts";
import { Disconnection } from "./disconnection.ts";
import type { EventName, SocketData } from "./event-name.ts";
import type { SocketHandshake } from "./handshake.ts";
import { any, Inbox } from "./inbox.ts";
import type { Members } from "./members.ts";
import { Outgoing } from "./outgoing.ts";
import type { Reach } from "./reach.ts";
import type { SocketEvents } from "./socket-events.ts";
import type { SocketHost } from "./socket-host.ts";
import { TimedEmitter } from "./timed-emitter.ts";

/** More than so many unconfirmed bytes, and what is volatile is not sent. */
const volatileBytes = 131_072;

/** `In`: what clients send, `Out`: what the server sends, `Between`: what servers send each other, `Data`: of `data`. */
export class Socket<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  // biome-ignore lint/correctness/noUnusedVariables: the four stand in the same order everywhere
  Between extends Events<Between> = EventMap, // oxlint-disable-line no-unused-vars
  Data = SocketData,
> {
  /** Public, random, and this socket's own. */
  readonly id: string = randomBytes(16).toString("base64url");
  /** Name of the namespace. */
  readonly namespace: string;
  /** The request that began the session, and what the client gave for this socket. */
  readonly handshake: SocketHandshake;
  /**
   * Whatever the application likes to keep here. Empty at first, whatever its type says: it is for a middleware to fill, so
   * that handlers need not ask whether it is there.
   */
  data: Data = {} as Data;
  /** The rooms it is in, its own `id` among them. */
  readonly rooms: Set<string> = new Set();
  readonly #host: SocketHost;
  readonly #members: Members;
  readonly #reach: Reach;
  readonly #inbox: Inbox;
  readonly #outgoing: Outgoing;
  /** Broadcasts that wait for this one's answer, by their ids, which are odd. */
  #asked: Map<number, BroadcastAnswers> | undefined;
  #state: "joining" | "joined" | "left" = "joining";

  constructor(handshake: SocketHandshake, host: SocketHost, members: Members, reach: Reach) {
    this.namespace = members.name;
    this.handshake = handshake;
    this.#host = host;
    this.#members = members;
    this.#reach = reach;
    this.#outgoing = new Outgoing(host, this);
    this.#inbox = new Inbox({
      maxWaitingBytes: host.options.maxUnconfirmedBytes,
      answer: (id, args) => this.#outgoing.send({ type: "ack", namespace: this.namespace, id, args }),
      failed: (error, event) => host.report(error, { socket: this.#untyped, event }),
    });
  }

  /** Whether it was admitted and is not over; also while its session waits for a connection. */
  get connected(): boolean {
    return this.#state === "joined";
  }

  /** Who it is: the `user` that the option `authenticate` returned; undefined without that option. */
  get user(): string | undefined {
    return this.#host.user;
  }

  /** Undefined while the session has no connection. */
  get connection(): ConnectionInfo | undefined {
    const { current } = this.#host.driver.session;
    return current && { transport: current.connection.transport, roundTripMs: current.roundTripMs };
  }

  /** Bytes that the client has not confirmed yet. */
  get bufferedBytes(): number {
    return this.#host.driver.session.ledger.outbox.bytes;
  }

  /**
   * Listens. What a handler returns or resolves with is the acknowledgement, unless it calls the function that it gets
   * behind the arguments when the client wants one. @returns what undoes it.
   */
  on<Name extends keyof SocketEvents>(event: Name, listener: SocketEvents[Name]): () => void;
  on<Name extends EventName<In>>(event: Name, listener: In[Name]): () => void;
  on(event: string, listener: Listener): () => void {
    return this.#inbox.listeners.on(event, listener);
  }

  /** The same for the next time only. */
  once<Name extends keyof SocketEvents>(event: Name, listener: SocketEvents[Name]): () => void;
  once<Name extends EventName<In>>(event: Name, listener: In[Name]): () => void;
  once(event: string, listener: Listener): () => void {
    return this.#inbox.listeners.once(event, listener);
  }

  /** Without a listener: stops all of the event. */
  off<Name extends keyof SocketEvents>(event: Name, listener?: SocketEvents[Name]): this;
  off<Name extends EventName<In>>(event: Name, listener?: In[Name]): this;
  off(event: string, listener?: Listener): this {
    this.#inbox.listeners.off(event, listener);
    return this;
  }

  /** Hears all of the client's events, before those who listen to one. @returns what undoes it. */
  onAny(listener: (event: string, ...args: unknown[]) => unknown): () => void {
    return this.#inbox.listeners.on(any, listener as Listener);
  }

  /** Without a listener: stops all of them. */
  offAny(listener?: (event: string, ...args: unknown[]) => unknown): this {
    this.#inbox.listeners.off(any, listener as Listener | undefined);
    return this;
  }

  /**
   * Sends an event; a function as the last argument is called with the acknowledgement, if one comes.
   * @returns false when the client is behind (`highWaterBytes`) or the socket is not connected.
   * @throws {WirewayError} `message_too_large`, `reserved_event`, `invalid_event`, `not_serializable`
   */
  emit<Name extends EventName<Out>>(event: Name, ...args: EmitArgs<Out, Name>): boolean;
  emit(event: string, ...args: unknown[]): boolean {
    const callback = args.at(-1);
    if (typeof callback !== "function") return this.#outgoing.event(event, args);
    const settle: Settle = (error, answer) => {
      if (!error) (callback as (...answer: unknown[]) => unknown)(...answer);
    };
    return this.#outgoing.event(event, args.slice(0, -1), this.#reported(event, settle));
  }

  /** Resolves with the acknowledgement. Rejects with a WirewayError: `disconnected`, or what `emit` throws. */
  emitWithAck<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): Promise<Answer<Out, Name>>;
  async emitWithAck(event: string, ...args: unknown[]): Promise<unknown> {
    return this.#outgoing.ask(event, args);
  }

  /** The same two calls with a time limit for the acknowledgement. @throws {WirewayError} `invalid_option` */
  timeout(limitMs: number): TimedEmitter<Out> {
    if (!(limitMs >= 0 && limitMs < Number.POSITIVE_INFINITY)) {
      throw new WirewayError("invalid_option", { name: "limitMs", why: "must be a number of milliseconds from 0" });
    }
    return new TimedEmitter<Out>({
      emit: (event, args, settle) =>
        this.#outgoing.event(event, args, settle && this.#reported(event, settle), limitMs),
      ask: (event, args) => this.#outgoing.ask(event, args, limitMs),
    });
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

  /** Does nothing for a socket that is not connected. */
  join(room: RoomNames): void {
    for (const name of roomNames(room)) if (this.connected) this.#members.rooms.join(this.#untyped, name);
  }

  /** Does nothing for rooms that it is not in. */
  leave(room: RoomNames): void {
    for (const name of roomNames(room)) this.#members.rooms.leave(this.#untyped, name);
  }

  /** Ends the socket; with `close` the client's whole session. What waits to be heard is not heard any more. */
  disconnect(close = false): this {
    this.#inbox.clear();
    if (this.#state !== "left") {
      const unconfirmed = this.#host.driver.session.ledger.outbox.list();
      this.#host.left(this.#untyped);
      this.ended(new Disconnection(ending("closed", "local"), this.namespace, unconfirmed));
    }
    if (close) this.#host.close("closed");
    return this;
  }

  /** For the namespace: finds out who it is, before anybody else is asked. @internal */
  identify(): Promise<void> | undefined {
    return this.#host.identify(this.#untyped);
  }

  /** For the peer: complains to the client, and tells those who listen here. @internal */
  warn(complaint: Complaint): void {
    if (!this.connected) return;
    this.#outgoing.send({ type: "error", namespace: this.namespace, data: complaint });
    this.#inbox.warn(complaintError(complaint));
  }

  /** For the namespace: it is let in. The client is told, then `welcome` calls the connection handlers. */
  admit(welcome: () => Promise<unknown> | undefined): void {
    if (this.#state !== "joining") return;
    this.#state = "joined";
    this.#host.admitted();
    this.#outgoing.send({ type: "connect", namespace: this.namespace, data: { sid: this.id } });
    this.#members.enter(this.#untyped);
    const handling = welcome();
    if (handling) void handling.then(() => this.#inbox.open());
    else this.#inbox.open();
  }

  /** For the namespace: it is not let in. */
  refuse(data: RefusalData & { readonly message: string }): void {
    if (this.#state !== "joining") return;
    this.#state = "left";
    this.#host.refused(this.#untyped, data);
    this.#members.leave(this.#untyped);
  }

  /** For broadcasts: a message that others get too. */
  deliver(message: Message, options: EmitOptions = {}): boolean {
    if (options.volatile && this.#isBehind) return false;
    return this.#outgoing.deliver(message);
  }

  /** For broadcasts: the same, whose answer is one of many. One who does not get it is not asked. */
  ask(message: Message, options: EmitOptions, answers: BroadcastAnswers): boolean {
    if (!this.connected || (options.volatile && this.#isBehind)) return false;
    this.#asked ??= new Map();
    this.#asked.set(answers.id, answers);
    answers.expect(this);
    return this.#outgoing.deliver(message);
  }

  /** For broadcasts: nobody waits for this answer any more. */
  forget(id: number): void {
    this.#asked?.delete(id);
  }

  /** For the peer: an event came. @throws {WirewayError} when too much waits. */
  received(envelope: EventEnvelope, bytes: number): void {
    this.#inbox.receive(envelope, bytes);
  }

  /** For the peer: an acknowledgement came. It does not wait: the connection handler may be waiting for it. */
  acknowledged(envelope: AckEnvelope): void {
    const { id, args } = envelope;
    const answers = this.#asked?.get(id);
    if (!answers) {
      this.#outgoing.acknowledged(envelope);
      return;
    }
    this.#asked?.delete(id);
    answers.add(this, [args[0]]);
    answers.over(this);
  }

  /** For the peer: it is over. */
  ended(disconnection: Disconnection): void {
    const wasJoined = this.connected;
    this.#state = "left";
    this.#outgoing.end();
    for (const answers of this.#asked?.values() ?? []) answers.over(this);
    this.#asked = undefined;
    this.#members.leave(this.#untyped);
    if (wasJoined) this.#inbox.finish(disconnection);
  }

  get #isBehind(): boolean {
    return isBehind(this.#host.driver.session, volatileBytes);
  }

  get #untyped(): Socket {
    return this as unknown as Socket;
  }

  /** The application's own function: what it throws is reported, and an asynchronous failure too. */
  #reported(event: string, settle: (...given: Parameters<Settle>) => unknown): Settle {
    const failed = (error: unknown): void => this.#host.report(error, { socket: this.#untyped, event });
    return (error, answer) => {
      try {
        const result = settle(error, answer);
        if (isPromise(result)) void result.then(undefined, failed);
      } catch (thrown) {
        failed(thrown);
      }
    };
  }
}
