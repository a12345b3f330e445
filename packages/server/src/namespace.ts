// A namespace: who is let in (middleware), who is in, and the rooms among them. It exists from the moment when the
// application asked for it.

import {
  type CloseReason,
  type EventMap,
  type Events,
  type Listener,
  Listeners,
  type PlainArgs,
} from "@wireway/protocol";
import { Broadcast, type RoomNames } from "./broadcast.ts";
import type { ErrorReport } from "./error-report.ts";
import type { EventName, SocketData } from "./event-name.ts";
import { Rooms } from "./rooms.ts";
import type { Socket } from "./socket.ts";
import type { BroadcastScope } from "./socket-host.ts";

/**
 * Decides about a socket that wants in: calls `next` once, with an error to refuse it. The client gets the error's
 * `message` and `data`. One that throws or rejects refuses without words, and is reported.
 */
export type Middleware<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> = (socket: Socket<In, Out, Between, Data>, next: (refusal?: Error & { readonly data?: unknown }) => void) => unknown;

export interface NamespaceEvents<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> {
  /** A client was let in. What the handlers return is waited for before the socket hears its first event. */
  connection(socket: Socket<In, Out, Between, Data>): unknown;
}

/** `In`: what clients send, `Out`: what the server sends, `Between`: what servers send each other, `Data`: of `data`. */
export class Namespace<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> {
  readonly name: string;
  readonly #scope: BroadcastScope;
  readonly #listeners = new Listeners();
  readonly #middleware: Middleware[] = [];
  readonly #report: ErrorReport;

  constructor(name: string, maxMessageBytes: number, report: ErrorReport) {
    this.name = name;
    this.#scope = { name, maxMessageBytes, sockets: new Map(), rooms: new Rooms() };
    this.#report = report;
  }

  /** All that are in, by id. */
  get sockets(): ReadonlyMap<string, Socket<In, Out, Between, Data>> {
    return this.#scope.sockets as unknown as ReadonlyMap<string, Socket<In, Out, Between, Data>>;
  }

  /** @returns what undoes it. */
  on<Name extends keyof NamespaceEvents<In, Out, Between, Data>>(
    event: Name,
    listener: NamespaceEvents<In, Out, Between, Data>[Name],
  ): () => void {
    return this.#listeners.on(event, listener as unknown as Listener);
  }

  once<Name extends keyof NamespaceEvents<In, Out, Between, Data>>(
    event: Name,
    listener: NamespaceEvents<In, Out, Between, Data>[Name],
  ): () => void {
    return this.#listeners.once(event, listener as unknown as Listener);
  }

  off<Name extends keyof NamespaceEvents<In, Out, Between, Data>>(
    event: Name,
    listener?: NamespaceEvents<In, Out, Between, Data>[Name],
  ): this {
    this.#listeners.off(event, listener as unknown as Listener | undefined);
    return this;
  }

  /** Adds a middleware behind those that are there. */
  use(middleware: Middleware<In, Out, Between, Data>): this {
    this.#middleware.push(middleware as unknown as Middleware);
    return this;
  }

  /** Those in these rooms. */
  to(room: RoomNames): Broadcast<Out, Data> {
    return new Broadcast<Out, Data>(this.#scope).to(room);
  }

  /** The same as `to`. */
  in(room: RoomNames): Broadcast<Out, Data> {
    return this.to(room);
  }

  /** All but those in these rooms. */
  except(room: RoomNames): Broadcast<Out, Data> {
    return new Broadcast<Out, Data>(this.#scope).except(room);
  }

  /** Sends the event to all. @returns false when one is behind. @throws {WirewayError} as `Socket.emit` */
  emit<Name extends EventName<Out>>(event: Name, ...args: PlainArgs<Out, Name>): boolean {
    return new Broadcast<Out, Data>(this.#scope).emit(event, ...args);
  }

  /** Ends all sockets of the namespace. */
  disconnectSockets(close = false): void {
    for (const socket of [...this.#scope.sockets.values()]) socket.disconnect(close);
  }

  /** For the peer: a client wants in. */
  admit(create: (scope: BroadcastScope) => Socket): void {
    const socket = create(this.#scope);
    this.#ask(socket, 0);
  }

  #ask(socket: Socket, index: number): void {
    const middleware = this.#middleware[index];
    if (!middleware) {
      this.#welcome(socket);
      return;
    }
    let isDecided = false;
    const failed = (error: unknown): void => {
      this.#report(error, { socket, event: "connection" });
      if (isDecided) return;
      isDecided = true;
      socket.refuse({ message: refusedWithoutWords });
    };
    const next = (refusal?: Error & { readonly data?: unknown }): void => {
      if (isDecided) return;
      isDecided = true;
      if (!refusal) {
        this.#ask(socket, index + 1);
        return;
      }
      const { message, data } = refusal;
      socket.refuse({ message: String(message), ...(data !== undefined && { data }) });
    };
    try {
      Promise.resolve(middleware(socket, next)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #welcome(socket: Socket): void {
    socket.admit(() => {
      const failed = (error: unknown): void => this.#report(error, { socket, event: "connection" });
      return this.#listeners.call("connection", [socket], { failed });
    });
  }
}

const refusedWithoutWords: CloseReason = "refused";
