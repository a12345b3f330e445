// A socket's two ways, joined: what it hears (inbox) and what it says (outgoing), with the application's listeners between
// them. The socket itself is the surface of this that applications see.

import {
  type AckEnvelope,
  type Complaint,
  type ContractCheck,
  type EmitOptions,
  type Envelope,
  type ErrorEnvelope,
  type EventEnvelope,
  type EventIterator,
  isPromise,
  type Listener,
  type Listeners,
  type ListenOptions,
  type Settle,
} from "@wireway/protocol";
import type { Dialect } from "./dialect.ts";
import type { Disconnection } from "./disconnection.ts";
import type { CallbackStyle, EmitterCalls } from "./emitter.ts";
import { any, Inbox, type InboxContext } from "./inbox.ts";
import type { Members } from "./members.ts";
import { Outgoing, type OutgoingContext } from "./outgoing.ts";
import { roomList } from "./own-rooms.ts";
import type { Socket } from "./socket.ts";
import type { EventMiddleware } from "./socket-events.ts";
import type { SocketHost } from "./socket-host.ts";
import { tellDisconnect } from "./taps.ts";

export { any };

/** The event under which those are kept who hear all that goes out. */
export const outgoing: unique symbol = Symbol("outgoing");

type Callback = (...given: unknown[]) => unknown;

export class Voice implements EmitterCalls, InboxContext, OutgoingContext {
  readonly outgoing: Outgoing;
  readonly #inbox: Inbox;
  /** Whose voice it is. */
  readonly socket: Socket;
  readonly host: SocketHost;
  readonly #members: Members;
  /** Loops over events, which end with the socket; `over` when it has ended. */
  #iterators: Set<{ end(): void }> | "over" | undefined;

  constructor(host: SocketHost, members: Members, socket: Socket) {
    this.host = host;
    this.socket = socket;
    this.#members = members;
    // No objects of functions in between: there is a voice for every socket, and most are silent most of the time.
    this.outgoing = new Outgoing(this);
    this.#inbox = new Inbox(this);
  }

  /** What is spoken. */
  get dialect(): Dialect {
    return this.#members.dialect;
  }

  get listeners(): Listeners {
    return this.#inbox.listeners;
  }

  use(middleware: EventMiddleware): void {
    this.#inbox.use(middleware);
  }

  // For its two ways.

  get isJoined(): boolean {
    return this.socket.connected;
  }

  get maxWaitingBytes(): number {
    return this.host.options.maxUnconfirmedBytes;
  }

  /** Somebody wants to hear what goes out. @returns what undoes it. */
  overhear(listener: Listener, options?: ListenOptions): () => void {
    this.#members.isOverheard = true;
    return this.listeners.on(outgoing, listener, options);
  }

  /** Undefined while nobody wants to hear what goes out. */
  said(): ((event: readonly [string, ...unknown[]]) => void) | undefined {
    return this.#members.isOverheard && this.listeners.has(outgoing)
      ? (event) => this.#call(outgoing, event, event[0])
      : undefined;
  }

  events(): ContractCheck | undefined {
    return this.dialect.events;
  }

  answer(id: number, args: readonly unknown[]): void {
    this.outgoing.answer(id, args);
  }

  complain(complaint: Complaint, id: number | undefined): void {
    this.outgoing.complain(complaint, id);
  }

  failed(error: unknown, event: string): void {
    this.host.report(error, { socket: this.socket, event });
  }

  emit(event: string, args: readonly unknown[], options: EmitOptions, style: CallbackStyle): boolean {
    const callback = args.at(-1);
    if (typeof callback !== "function") return this.outgoing.emit(event, args, options);
    return this.outgoing.emit(event, args.slice(0, -1), options, this.#settler(event, callback as Callback, style));
  }

  ask(event: string, args: readonly unknown[], options: EmitOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.outgoing.emit(event, args, options, (error, answer) => (error ? reject(error) : resolve(answer[0])));
    });
  }

  say(envelope: Envelope): void {
    this.outgoing.say(envelope);
  }

  drained(): Promise<void> {
    return this.outgoing.drained();
  }

  /** Brings the events of a name to a loop. @returns what stops that. */
  feed<Args extends readonly unknown[]>(event: string, iterator: EventIterator<Args>): () => void {
    if (this.#iterators === "over") {
      // It is not made yet.
      queueMicrotask(() => iterator.end());
      return () => undefined;
    }
    const push = (...args: unknown[]): void => iterator.push(args as unknown as Args);
    this.#iterators ??= new Set();
    const iterators = this.#iterators.add(iterator);
    const off = this.listeners.on(event, push as Listener);
    return () => {
      iterators.delete(iterator);
      off();
    };
  }

  /** From now on events are heard. */
  listen(): void {
    this.#inbox.open();
  }

  /** What waits to be heard is not heard any more. */
  deafen(): void {
    this.#inbox.clear();
  }

  received(envelope: EventEnvelope | AckEnvelope | ErrorEnvelope, bytes: number): void {
    if (envelope.type === "event") this.#inbox.receive(envelope, bytes);
    else if (envelope.type === "ack") this.outgoing.acknowledged(envelope);
    else {
      const warning = this.outgoing.complained(envelope);
      if (warning) this.tell("warning", [warning]);
    }
  }

  caughtUp(): void {
    this.outgoing.drain();
    this.tell("drain", []);
  }

  /** An event of the socket's own. */
  tell(event: string, args: readonly unknown[]): void {
    this.#call(event, args, event);
  }

  /**
   * Nothing is heard or said behind this. @param disconnection what the application is told, where it knew of the socket.
   * @param leave takes the socket out of its rooms.
   */
  end(disconnection: Disconnection | undefined, leave: () => void): void {
    this.outgoing.end();
    if (!disconnection) {
      leave();
      this.#endIterators();
      return;
    }
    tellDisconnect(this.socket, this.host, disconnection);
    const told = [disconnection.reason, disconnection];
    const rooms = roomList(this.socket.ownRooms, this.socket.id);
    const isHeardNow = this.#inbox.isIdle;
    if (isHeardNow) this.tell("disconnecting", told);
    leave();
    this.#inbox.finish(() => {
      if (!isHeardNow) this.#tellLate(told, rooms);
      this.tell("disconnect", told);
      this.#endIterators();
    });
  }

  #endIterators(): void {
    const iterators = this.#iterators;
    this.#iterators = "over";
    if (iterators && iterators !== "over") for (const iterator of [...iterators]) iterator.end();
  }

  /** Whoever could not listen earlier still sees the rooms, although nobody else finds the socket there any more. */
  #tellLate(told: readonly unknown[], rooms: readonly string[]): void {
    for (const room of rooms) this.socket.rooms.add(room);
    this.tell("disconnecting", told);
    this.socket.rooms.clear();
  }

  #call(key: string | symbol, args: readonly unknown[], event: string): void {
    void this.listeners.call(key, args, { failed: (error) => this.failed(error, event) });
  }

  /** The application's own function: what it throws is reported, and an asynchronous failure too. */
  #settler(event: string, callback: Callback, style: CallbackStyle): Settle {
    return (error, answer) => {
      try {
        const result = style === "errorFirst" ? callback(error, ...answer) : !error && callback(...answer);
        if (isPromise(result)) void result.then(undefined, (late: unknown) => this.failed(late, event));
      } catch (thrown) {
        this.failed(thrown, event);
      }
    };
  }
}
