/// <reference lib="esnext.disposable" preserve="true" />
// What an application holds: it says and hears events in one namespace, whatever sessions and connections come and go.
// Not here: its handlers (handlers), its part in a session (membership), how the session is carried (client).

import {
  type Answer,
  checkEvent,
  type EmitArgs,
  type EmitOptions,
  type EventMap,
  type Events,
  type EventsOptions,
  type Listener,
  type ListenOptions,
  type PlainArgs,
  type Settle,
  WirewayError,
} from "@wireway/protocol";
import type { Client } from "./client.ts";
import { connectionInfo } from "./connection-info.ts";
import { type Emitter, type EmitterCalls, emitterOf, type MessageArgs } from "./emitter.ts";
import { any, anyOutgoing, Handlers } from "./handlers.ts";
import type { Membership } from "./membership.ts";
import type { MembershipListener } from "./membership-listener.ts";
import type { AuthData, ResolvedOptions } from "./options.ts";
import type { ConnectionInfo, EventName, Handler, HandlerArgs } from "./socket-events.ts";

type AnyHandler = (event: string, ...args: unknown[]) => unknown;

/** One namespace of a server. */
export class Socket<
  ServerToClient extends Events<ServerToClient> = EventMap,
  ClientToServer extends Events<ClientToServer> = EventMap,
> {
  /** Name of the namespace, such as `/` or `/admin`. */
  readonly namespace: string;
  /** What the server handed over when it admitted the socket; undefined before, and when that was nothing. */
  data: unknown;
  readonly #find: () => Client;
  readonly #handlers: Handlers;
  readonly #listener: MembershipListener;
  readonly #calls: EmitterCalls;
  #auth: ResolvedOptions["auth"];
  #client: Client | undefined;
  #membership: Membership | undefined;
  /** Takes back that it will join again. */
  #forgetRetry: (() => void) | undefined;
  #closed: Promise<void> = Promise.resolve();

  /** Applications call `connect` instead. @internal */
  constructor(namespace: string, options: ResolvedOptions, find: () => Client) {
    this.namespace = namespace;
    this.#handlers = new Handlers(options.onerror);
    this.#auth = options.auth;
    this.#find = find;
    this.#calls = { emit: this.#emit.bind(this), ask: this.#ask.bind(this) };
    this.#listener = this.#listen();
    if (options.autoConnect) this.connect();
  }

  /** The socket's id at the server, anew in each session; undefined while it is not connected. */
  get id(): string | undefined {
    return this.#membership?.id;
  }

  /** Whether the server has admitted it and its session lives, be it suspended. */
  get connected(): boolean {
    return this.id !== undefined;
  }

  /** Whether it is connected or tries to be. */
  get active(): boolean {
    return this.#membership !== undefined || this.#forgetRetry !== undefined;
  }

  /** Whether the present session has lost its connection and was resumed on another one, without losing anything. */
  get recovered(): boolean {
    return this.connected && this.#client?.recovered === true;
  }

  /** The way messages go at present, and what was tried to find it. */
  get connection(): ConnectionInfo {
    return this.#client?.connection(this.#membership !== undefined) ?? connectionInfo();
  }

  /** Bytes that wait to be confirmed by the server; shared by the sockets of one session. */
  get bufferedBytes(): number {
    return this.#membership?.bufferedBytes ?? 0;
  }

  /** Begins again after `close`, a refusal, or an ending for good. Does nothing while active. */
  connect(): this {
    if (this.#membership) return this;
    this.#client = this.#find();
    this.#join("at once");
    return this;
  }

  /**
   * Says goodbye: nothing is emitted or heard any more. Waits at most `closeTimeoutMs` for what was emitted before to be
   * confirmed; `disconnect` tells what was not. Resolves when that is done.
   */
  close(): Promise<void> {
    const membership = this.#membership;
    this.#stopRetrying();
    this.#membership = undefined;
    if (membership) {
      this.#closed = membership.done;
      membership.depart();
    } else this.#handlers.end();
    return this.#closed;
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Shows the server new auth without beginning anew, such as a token in place of one that expires. The next session uses
   * it too, in place of the option `auth`. Rejects with `refused` (see `details.reason`) when the server does not take it;
   * what held before goes on to hold. Resolves at once while the socket is not connected.
   */
  async authenticate(auth: AuthData): Promise<void> {
    const membership = this.#membership;
    this.#auth = auth;
    if (!membership || !this.connected) return;
    await new Promise<void>((resolve, reject) => {
      membership.authenticate(auth, (error) => (error ? reject(error) : resolve()));
    });
  }

  /**
   * Listens. A handler that returns a value, or a promise of one, acknowledges with it; or it calls the function that it
   * gets behind the arguments when the server wants an acknowledgement. @returns the undo.
   */
  on<Name extends EventName<ServerToClient>>(
    event: Name,
    handler: Handler<ServerToClient, Name>,
    options?: ListenOptions,
  ): () => void {
    return this.#handlers.listeners.on(event, handler as Listener, options);
  }

  /** Listens to the next one only. @returns the undo. */
  once<Name extends EventName<ServerToClient>>(
    event: Name,
    handler: Handler<ServerToClient, Name>,
    options?: ListenOptions,
  ): () => void {
    return this.#handlers.listeners.once(event, handler as Listener, options);
  }

  /** Takes a handler off an event; without one all of the event's, without an event all of the socket's. */
  off<Name extends EventName<ServerToClient>>(event?: Name, handler?: Handler<ServerToClient, Name>): this {
    this.#handlers.listeners.off(event, handler as Listener | undefined);
    return this;
  }

  /** Listens to all events of the server's, before their own handlers. @returns the undo. */
  onAny(handler: AnyHandler): () => void {
    return this.#handlers.listeners.on(any, handler as Listener);
  }

  /** Takes such a handler off; without one all of them. */
  offAny(handler?: AnyHandler): this {
    this.#handlers.listeners.off(any, handler as Listener | undefined);
    return this;
  }

  /** Listens to all events that are emitted here, before they leave. @returns the undo. */
  onAnyOutgoing(handler: AnyHandler): () => void {
    return this.#handlers.listeners.on(anyOutgoing, handler as Listener);
  }

  /** Takes such a handler off; without one all of them. */
  offAnyOutgoing(handler?: AnyHandler): this {
    this.#handlers.listeners.off(anyOutgoing, handler as Listener | undefined);
    return this;
  }

  /**
   * The event's arguments one by one: `for await (const [text] of socket.events("chat"))`. Goes on over reconnections; ends
   * with the socket, or by a signal.
   */
  events<Name extends EventName<ServerToClient>>(
    event: Name,
    options: EventsOptions = {},
  ): AsyncIterableIterator<HandlerArgs<ServerToClient, Name>> {
    return this.#handlers.iterate(event, options) as unknown as AsyncIterableIterator<
      HandlerArgs<ServerToClient, Name>
    >;
  }

  /**
   * Sends an event; a function as the last argument is called with the server's answer, if one comes.
   * @returns false when more than `highWaterBytes` wait to be confirmed.
   * @throws {WirewayError} `closed`, `reserved_event`, `invalid_event`, `not_serializable`, `message_too_large`, `outbox_full`
   */
  emit<Name extends keyof ClientToServer & string>(event: Name, ...args: EmitArgs<ClientToServer, Name>): boolean {
    return this.#emit(event, args, {}, false);
  }

  /**
   * Sends an event and waits for the answer. Rejects with `disconnected` when the session ends first, with what the server
   * says when it did not take it (`rejected`, `handler_failed`, `invalid_arguments`), and with what `emit` throws.
   */
  emitWithAck<Name extends keyof ClientToServer & string>(
    event: Name,
    ...args: PlainArgs<ClientToServer, Name>
  ): Promise<Answer<ClientToServer, Name>> {
    return this.#ask(event, args, {}) as Promise<Answer<ClientToServer, Name>>;
  }

  /** Sends the event `message`. @returns and throws as `emit` does. */
  send(...args: MessageArgs<ClientToServer>): boolean {
    return this.#emit("message", args, {}, false);
  }

  /** Events that are worth nothing later: dropped when the server is behind; `emit` then returns false. */
  get volatile(): Emitter<ClientToServer> {
    return emitterOf(this.#calls, { volatile: true }, false);
  }

  /** Emits whose answer has to come within so many milliseconds; a callback gets an error, or undefined, in front. */
  timeout(timeoutMs: number): Emitter<ClientToServer, true> {
    return emitterOf(this.#calls, { timeoutMs }, true);
  }

  /** Emits with several options at once; a callback gets an error, or undefined, in front. */
  with(options: EmitOptions): Emitter<ClientToServer, true> {
    return emitterOf(this.#calls, options, true);
  }

  /** Resolves when no more than `highWaterBytes` wait to be confirmed. Rejects with `disconnected`. */
  drained(): Promise<void> {
    return this.#membership?.drained() ?? Promise.resolve();
  }

  #emit(event: string, args: unknown[], options: EmitOptions, isTold: boolean): boolean {
    const last = args.at(-1);
    if (typeof last !== "function") return this.#send(event, args, options);
    return this.#send(event, args.slice(0, -1), options, (error, answer) => {
      if (error && !isTold) return;
      this.#handlers.guard(event, () => (last as AnyHandler)(...((isTold ? [error, ...answer] : answer) as [string])));
    });
  }

  #ask(event: string, args: unknown[], options: EmitOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#send(event, args, options, (error, answer) => (error ? reject(error) : resolve(answer[0])));
    });
  }

  #send(event: string, args: readonly unknown[], options: EmitOptions, settle?: Settle): boolean {
    checkEvent(event);
    if (!this.#membership) throw new WirewayError("closed");
    this.#handlers.call(anyOutgoing, [event, ...args], event);
    return this.#membership.emit([event, ...args], settle, options);
  }

  #join(when: "at once" | "after a pause"): void {
    this.#stopRetrying();
    this.#membership = this.#client?.join(this.namespace, this.#auth, this.#listener, when);
  }

  #stopRetrying(): void {
    this.#forgetRetry?.();
    this.#forgetRetry = undefined;
  }

  #listen(): MembershipListener {
    const handlers = this.#handlers;
    const tell = (event: string, ...args: unknown[]): void => handlers.call(event, args, event);
    return {
      admitted: (data) => {
        this.data = data;
        tell("connect");
      },
      tell,
      event: (args, reply) => {
        const [event] = args;
        handlers.call(any, args, event);
        handlers.call(event, reply ? [...args.slice(1), reply.answer] : args.slice(1), event, reply);
      },
      over: (membership, reason, details, next) => {
        if (this.#membership === membership) {
          this.#membership = undefined;
          if (next === "renew") {
            // Whoever was told of the end before may have joined the next session in its place.
            if (this.#client?.has(this.namespace)) this.#client = this.#find();
            this.#join("after a pause");
          } else if (next !== "stop") this.#forgetRetry = this.#client?.after(next.retryAfterMs, () => this.connect());
        }
        tell("disconnect", reason, details);
        if (!this.active) handlers.end();
      },
    };
  }
}
