// What an application holds: it says and hears events in one namespace, whatever sessions and connections come and go.
// One event emitter stands in the whole way of the data, and this is it.
// Not here: what a membership in a session means (membership), how the session is carried (client).

import {
  type Answer,
  type CloseReason,
  checkEvent,
  type EmitArgs,
  type EventMap,
  type Events,
  type PlainArgs,
  type Settle,
  type TimedArgs,
  WirewayError,
} from "@wireway/protocol";
import { EventEmitter } from "eventemitter3";
import type { Client } from "./client.ts";
import type { Membership, MembershipListener } from "./membership.ts";
import type { Auth } from "./options.ts";
import { reportFailure } from "./platform.ts";
import type { ConnectionInfo, EventName, Handler } from "./socket-events.ts";

type AnyHandler = (...args: unknown[]) => unknown;

/** Every event of the peer's, as `onAny` listens to it; no name of a peer's is a symbol. */
const any = Symbol("any");

/** `emit` and `emitWithAck` whose answer has to come in time; the callback is told when it does not. */
export interface TimedEmitter<ClientToServer> {
  emit<Name extends keyof ClientToServer & string>(
    event: Name,
    ...args: TimedArgs<EmitArgs<ClientToServer, Name>>
  ): boolean;
  emitWithAck<Name extends keyof ClientToServer & string>(
    event: Name,
    ...args: PlainArgs<ClientToServer, Name>
  ): Promise<Answer<ClientToServer, Name>>;
}

export class Socket<
  ServerToClient extends Events<ServerToClient> = EventMap,
  ClientToServer extends Events<ClientToServer> = EventMap,
> {
  readonly namespace: string;
  readonly #client: Client;
  readonly #auth: Auth | undefined;
  readonly #emitter = new EventEmitter();
  /** What was made of each handler, so that it can be taken off again. */
  readonly #guarded = new WeakMap<AnyHandler, AnyHandler>();
  readonly #listener: MembershipListener;
  #membership: Membership | undefined;

  /** Applications call `connect` instead. */
  constructor(client: Client, namespace: string, auth: Auth | undefined) {
    this.#client = client;
    this.namespace = namespace;
    this.#auth = auth;
    this.#listener = this.#listen();
    this.connect();
  }

  /** The socket's id at the server, anew in each session; undefined while it is not connected. */
  get id(): string | undefined {
    return this.#membership?.id;
  }

  /** Whether the server has admitted it and the session lives, be it suspended. */
  get connected(): boolean {
    return this.id !== undefined;
  }

  /** Whether it is connected or tries to be. */
  get active(): boolean {
    return this.#membership !== undefined;
  }

  /** The way messages go at present, and what was tried to find it. */
  get connection(): ConnectionInfo {
    return this.#client.connection(this.active);
  }

  /** Begins again after `close`, a refusal, or an ending for good. Does nothing while active. */
  connect(): this {
    if (!this.#membership) this.#join("at once");
    return this;
  }

  /** Says goodbye. What was emitted before still goes out if there is a way; `disconnect` tells what was not confirmed. */
  close(): this {
    const membership = this.#membership;
    this.#membership = undefined;
    if (membership) this.#client.leave(membership);
    return this;
  }

  /** Listens. A handler that returns a value, or a promise of one, acknowledges with it. @returns the undo. */
  on<Name extends EventName<ServerToClient>>(event: Name, handler: Handler<ServerToClient, Name>): () => void {
    return this.#add(event, handler as AnyHandler);
  }

  /** Listens to the next one only. @returns the undo. */
  once<Name extends EventName<ServerToClient>>(event: Name, handler: Handler<ServerToClient, Name>): () => void {
    const guarded = this.#guard(handler as AnyHandler);
    this.#emitter.once(event, guarded);
    return () => this.#emitter.off(event, guarded, undefined, true);
  }

  /** Takes a handler off an event; without one all of the event's, without an event all of the socket's. */
  off<Name extends EventName<ServerToClient>>(event?: Name, handler?: Handler<ServerToClient, Name>): this {
    if (event === undefined || handler === undefined) this.#emitter.removeAllListeners(event);
    else this.#emitter.off(event, this.#guard(handler as AnyHandler));
    return this;
  }

  /** Listens to all events of the server's, before their own handlers. @returns the undo. */
  onAny(handler: (event: string, ...args: unknown[]) => unknown): () => void {
    return this.#add(any, handler as AnyHandler);
  }

  /**
   * Sends an event; a function as the last argument is called with the server's answer, if one comes.
   * @returns false when more than `highWaterBytes` wait to be confirmed.
   * @throws {WirewayError} `closed`, `reserved_event`, `invalid_event`, `not_serializable`, `message_too_large`, `outbox_full`
   */
  emit<Name extends keyof ClientToServer & string>(event: Name, ...args: EmitArgs<ClientToServer, Name>): boolean {
    return this.#emit(event, args, (callback) => (error, answer) => {
      if (!error) callback(...answer);
    });
  }

  /**
   * Sends an event and waits for the answer.
   * Rejects with `disconnected` when the session ends first, and with what `emit` throws.
   */
  emitWithAck<Name extends keyof ClientToServer & string>(
    event: Name,
    ...args: PlainArgs<ClientToServer, Name>
  ): Promise<Answer<ClientToServer, Name>> {
    return this.#ask(event, args) as Promise<Answer<ClientToServer, Name>>;
  }

  /** The same with a time limit for the answer: `timed_out` after so many milliseconds. */
  timeout(timeoutMs: number): TimedEmitter<ClientToServer> {
    return {
      emit: (event, ...args) =>
        this.#emit(event, args, (callback) => (error, answer) => callback(error, ...answer), timeoutMs),
      emitWithAck: (event, ...args) => this.#ask(event, args, timeoutMs) as Promise<never>,
    };
  }

  #emit(event: string, args: unknown[], settler: (callback: AnyHandler) => Settle, timeoutMs?: number): boolean {
    const last = args.at(-1);
    if (typeof last !== "function") return this.#send(event, args);
    return this.#send(event, args.slice(0, -1), settler(this.#guard(last as AnyHandler)), timeoutMs);
  }

  #ask(event: string, args: unknown[], timeoutMs?: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#send(event, args, (error, answer) => (error ? reject(error) : resolve(answer[0])), timeoutMs);
    });
  }

  #send(event: string, args: readonly unknown[], settle?: Settle, timeoutMs?: number): boolean {
    checkEvent(event);
    if (!this.#membership) throw new WirewayError("closed");
    return this.#membership.emit([event, ...args], settle, timeoutMs);
  }

  #join(when: "at once" | "after a pause"): void {
    this.#membership = this.#client.join(this.namespace, this.#auth, this.#listener, when);
  }

  #listen(): MembershipListener {
    const emitter = this.#emitter;
    return {
      admitted: () => emitter.emit("connect"),
      failed: (error) => emitter.emit("connect_error", error),
      moved: (info) => emitter.emit("connection", info),
      event: (args, answer) => {
        emitter.emit(any, ...args);
        if (answer) emitter.emit(args[0], ...args.slice(1), answer);
        else emitter.emit(...args);
      },
      over: (membership, reason: CloseReason, details, renews) => {
        if (this.#membership === membership) {
          this.#membership = undefined;
          if (renews) this.#join("after a pause");
        }
        emitter.emit("disconnect", reason, details);
      },
    };
  }

  #add(event: string | symbol, handler: AnyHandler): () => void {
    const guarded = this.#guard(handler);
    this.#emitter.on(event, guarded);
    return () => this.#emitter.off(event, guarded);
  }

  /** A handler that fails breaks nothing but itself; one that returns a value answers with it. */
  #guard(handler: AnyHandler): AnyHandler {
    const known = this.#guarded.get(handler);
    if (known) return known;
    const guarded: AnyHandler = (...args) => {
      // Nothing else that comes from the wire is a function.
      const answer = args.at(-1);
      const settle = (value: unknown): void => {
        if (value !== undefined && typeof answer === "function") (answer as AnyHandler)(value);
      };
      try {
        const result = handler(...args);
        if (result instanceof Promise) result.then(settle).catch(reportFailure);
        else settle(result);
      } catch (error) {
        reportFailure(error);
      }
    };
    this.#guarded.set(handler, guarded);
    return guarded;
  }
}
