// What a socket hears: its listeners, and what every event of the client's goes through before it reaches them: the queue,
// the contract, the middlewares. The end of the socket waits behind its events.
// Not here: how an event is answered (reply).

import { type EventEnvelope, isPromise, Listeners } from "@wireway/protocol";
import { decide } from "./event-middleware.ts";
import { EventQueue, type EventQueueKeeper } from "./event-queue.ts";
import { Reply, type ReplyContext } from "./reply.ts";
import type { EventMiddleware } from "./socket-events.ts";

/** The event under which those are kept who hear all. */
export const any: unique symbol = Symbol("any");

export interface InboxContext extends ReplyContext {
  /** Most bytes that may wait. */
  readonly maxWaitingBytes: number;
}

const none: readonly EventMiddleware[] = [];

export class Inbox implements EventQueueKeeper {
  readonly listeners: Listeners = new Listeners();
  #middlewares = none;
  readonly #context: InboxContext;
  readonly #queue: EventQueue;
  /** Done when nothing waits any more. */
  #last: (() => void) | undefined;

  constructor(context: InboxContext) {
    this.#context = context;
    this.#queue = new EventQueue(this);
  }

  /** Adds one behind those that are there. */
  use(middleware: EventMiddleware): void {
    this.#middlewares = [...this.#middlewares, middleware];
  }

  get maxWaitingBytes(): number {
    return this.#context.maxWaitingBytes;
  }

  /** @throws {WirewayError} when too much waits. */
  receive(envelope: EventEnvelope, bytes: number): void {
    this.#queue.push(envelope, bytes);
  }

  /** The listeners are attached. */
  open(): void {
    this.#queue.open();
  }

  /** What waits is not heard any more. */
  clear(): void {
    this.#queue.clear();
  }

  /** Whether what is told now comes behind everything that was received. */
  get isIdle(): boolean {
    return this.#queue.isIdle;
  }

  /** Nothing comes behind this. */
  finish(last: () => void): void {
    this.#last = last;
    if (this.#queue.isIdle) this.idle();
  }

  /** For the queue. */
  idle(): void {
    const last = this.#last;
    this.#last = undefined;
    last?.();
  }

  /** For the queue: an event's turn has come. */
  take({ id, args }: EventEnvelope): Promise<unknown> | undefined {
    const [event] = args;
    const reply = new Reply(this.#context, event, id);
    const contract = this.#context.events();
    if (!contract) return this.#pass(args, reply);
    try {
      const checked = contract.args(event, args.slice(1));
      if (!isPromise(checked)) return this.#pass([event, ...(checked as readonly unknown[])], reply);
      return Promise.resolve(checked).then(
        (late) => this.#pass([event, ...late], reply),
        (error: unknown) => reply.refuse(error),
      );
    } catch (error) {
      reply.refuse(error);
      return undefined;
    }
  }

  /** Through the middlewares, which may change the arguments. */
  #pass(event: readonly [string, ...unknown[]], reply: Reply): Promise<unknown> | undefined {
    if (this.#middlewares.length === 0) {
      this.#handle(event, reply);
      return undefined;
    }
    const own: [string, ...unknown[]] = [...event];
    return decide(this.#middlewares, own, (refusal) => {
      if (refusal) reply.reject(refusal);
      else this.#handle(own, reply);
    });
  }

  #handle(event: readonly [string, ...unknown[]], reply: Reply): void {
    const [name] = event;
    if (this.listeners.has(any)) {
      void this.listeners.call(any, event, { failed: (error) => this.#context.failed(error, name) });
    }
    void this.listeners.call(name, reply.isWanted ? answerable(event, reply) : event.slice(1), reply);
  }
}

/** The event's arguments, and the function that answers behind them. One list: one that grows takes three times as much. */
function answerable(event: readonly unknown[], reply: Reply): unknown[] {
  const args = event.slice();
  for (let index = 1; index < event.length; index++) args[index - 1] = event[index];
  args[event.length - 1] = (...given: unknown[]) => reply.give(given);
  return args;
}
