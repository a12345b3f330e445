// What a socket says: events, with and without acknowledgement, and what its handlers answer; and the acknowledgements that
// are waited for: its own, and its part of those that broadcasts wait for.
// Not here: how events become messages (dialect), what becomes of them while the client is behind (outflow).

import {
  type AckEnvelope,
  Acknowledgements,
  type Complaint,
  complaintError,
  type EmitOptions,
  type Envelope,
  type ErrorEnvelope,
  isPromise,
  type Message,
  type Settle,
  WirewayError,
} from "@wireway/protocol";
import type { Asked, BroadcastAnswers } from "./broadcast-answers.ts";
import { type Dialect, encode, eventMessage, eventOf } from "./dialect.ts";
import type { Delivery, Outcome } from "./outflow.ts";
import type { SocketHost } from "./socket-host.ts";
import { type Told, tellEventOut } from "./taps.ts";

export interface OutgoingContext {
  readonly host: SocketHost;
  /** Whose it is. */
  readonly socket: Asked & Told;
  readonly dialect: Dialect;
  readonly isJoined: boolean;
  /** Undefined while nobody wants to hear what goes out. */
  said(): ((event: readonly [string, ...unknown[]]) => void) | undefined;
}

type Drained = { readonly resolve: () => void; readonly reject: (error: WirewayError) => void };

export class Outgoing {
  readonly #context: OutgoingContext;
  #acknowledgements: Acknowledgements | undefined;
  #asks: Map<number, BroadcastAnswers> | undefined;
  /** Those who wait until the client is not behind any more. */
  #drained: Drained[] | undefined;

  constructor(context: OutgoingContext) {
    this.#context = context;
  }

  /** A message of a broadcast's. @returns whether it was taken and the outbox is below its high-water mark. */
  deliver(message: Message, options: EmitOptions = {}): boolean {
    return isWell(this.#send(message, options));
  }

  /** The same, whose answer is one of many. One who does not get it is not asked. */
  ask(message: Message, options: EmitOptions, answers: BroadcastAnswers): boolean {
    const outcome = this.#send(message, options);
    if (outcome === "dropped" || outcome === "over") return false;
    const dialect = this.#context.dialect;
    if (dialect.serverEvents) answers.event ??= eventOf(dialect, message)?.[0];
    this.#asks ??= new Map();
    this.#asks.set(answers.id, answers);
    answers.expect(this.#context.socket);
    return isWell(outcome);
  }

  /** The answer is not waited for any more. */
  forget(id: number): void {
    this.#asks?.delete(id);
  }

  /** `settle` is called once, and never when this throws. @throws {WirewayError} */
  emit(event: string, args: readonly unknown[], options: EmitOptions, settle?: Settle): boolean {
    const { host } = this.#context;
    const dialect = this.#context.dialect;
    if (!settle) return this.deliver(eventMessage(dialect, event, args), options);
    this.#acknowledgements ??= new Acknowledgements(0, 2);
    const acknowledgements = this.#acknowledgements;
    let taken: Settle | undefined;
    let number = 0;
    const settled: Settle = (error, answer) => {
      // What was answered has arrived, and whatever was said before it.
      if (!error || error.fault === "remote") host.arrived(number);
      taken?.(error, answer);
    };
    const id = acknowledgements.expect(settled, options, host.clock);
    try {
      const message = eventMessage(dialect, event, args, id);
      taken = this.#checked(event, settle);
      const outcome = this.#send(message, options);
      if (outcome === "sent" || outcome === "full") number = host.driver.session.ledger.outbox.sent;
      if (outcome === "dropped") this.#failDropped(id);
      if (outcome === "over") acknowledgements.fail(id, new WirewayError("disconnected"));
      return isWell(outcome);
    } finally {
      if (!taken) acknowledgements.fail(id, new WirewayError("closed"));
    }
  }

  /** Answers an event of the client's. @throws {WirewayError} `message_too_large`, `not_serializable` */
  answer(id: number, args: readonly unknown[]): void {
    this.say({ type: "ack", namespace: this.#context.dialect.namespace, id, args });
  }

  /** Tells that something was not taken: the event of that id, or something that nobody waits for. */
  complain(complaint: Complaint, id: number | undefined): void {
    const envelope = {
      type: "error",
      namespace: this.#context.dialect.namespace,
      ...(id !== undefined && { id }),
    } as const;
    const { code, event } = complaint;
    // What an application added cannot be sent, or a client's name for its event leaves no room for our words; that nothing
    // was taken has to be told all the same.
    for (const data of [complaint, { code, ...(event !== undefined && { event }) }, { code }]) {
      if (this.#isSaid({ ...envelope, data })) return;
    }
  }

  acknowledged({ id, args }: AckEnvelope): void {
    const answers = this.#asks?.get(id);
    if (!answers) {
      this.#acknowledgements?.answered(id, args);
      return;
    }
    const settle: Settle = (error, [answer]) => {
      if (!error) answers.add(this.#context.socket, [answer]);
      this.#over(answers);
    };
    const taken = answers.event === undefined ? settle : this.#checked(answers.event, settle);
    taken(undefined, args);
  }

  /** It will never be sent, so that nobody answers it. */
  dropped(message: Message): void {
    const envelope = this.#context.dialect.codec.decode(message.data);
    if (envelope.type !== "event" || envelope.id === undefined) return;
    const answers = this.#asks?.get(envelope.id);
    if (answers) this.#over(answers);
    else this.#failDropped(envelope.id);
  }

  /** Nobody answers it. Whoever says it again at once must not keep everything else from happening. */
  #failDropped(id: number): void {
    setImmediate(() => this.#acknowledgements?.fail(id, new WirewayError("dropped")));
  }

  /** @returns what nobody waits for: a warning. */
  complained({ id, data }: ErrorEnvelope): WirewayError | undefined {
    const error = complaintError(data);
    if (id === undefined) return error;
    const answers = this.#asks?.get(id);
    if (answers) this.#over(answers);
    else this.#acknowledgements?.fail(id, error);
    return undefined;
  }

  /** Resolves when the client is not behind any more. Rejects with a WirewayError, `disconnected`. */
  drained(): Promise<void> {
    if (!this.#context.isJoined) return Promise.reject(new WirewayError("disconnected"));
    if (!this.#context.host.isFull) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#drained ??= [];
      this.#drained.push({ resolve, reject });
    });
  }

  /** The client is not behind any more. */
  drain(): void {
    const drained = this.#drained ?? [];
    this.#drained = undefined;
    for (const { resolve } of drained) resolve();
  }

  /** No answer will come any more. */
  end(): void {
    const error = new WirewayError("disconnected");
    this.#acknowledgements?.failAll(error);
    for (const answers of [...(this.#asks?.values() ?? [])]) this.#over(answers);
    const drained = this.#drained ?? [];
    this.#drained = undefined;
    for (const { reject } of drained) reject(error);
  }

  /** @throws {WirewayError} `message_too_large`, `not_serializable` */
  say(envelope: Envelope): void {
    const { host } = this.#context;
    if (this.#context.isJoined) host.send(encode(this.#context.dialect, envelope));
  }

  /** @returns false for what cannot be sent. */
  #isSaid(envelope: Envelope): boolean {
    try {
      this.say(envelope);
      return true;
    } catch {
      return false;
    }
  }

  #send(message: Message, { volatile = false, coalesce }: EmitOptions): Outcome {
    const { host } = this.#context;
    if (!this.#context.isJoined) return "over";
    const tell = this.#context.said();
    const event = tell && eventOf(this.#context.dialect, message);
    const mayWait = volatile || coalesce !== undefined;
    const outcome = host.send(message, mayWait ? this.#delivery(message, volatile, coalesce) : undefined);
    tellEventOut(message, outcome, this.#context.dialect, this.#context.socket, host);
    if (event && outcome !== "dropped" && outcome !== "over") tell?.(event);
    return outcome;
  }

  #delivery(message: Message, volatile: boolean, coalesce: string | undefined): Delivery {
    const dialect = this.#context.dialect;
    const { namespace, whenBehind } = dialect;
    return { namespace, whenBehind, volatile, coalesce, event: () => eventOf(dialect, message)?.[0] ?? "" };
  }

  #over(answers: BroadcastAnswers): void {
    this.#asks?.delete(answers.id);
    answers.over(this.#context.socket);
  }

  /** What a client answers has to be what the contract says. */
  #checked(event: string, settle: Settle): Settle {
    const { serverEvents } = this.#context.dialect;
    if (!serverEvents) return settle;
    const failed = (error: unknown): void =>
      settle(error instanceof WirewayError ? error : new WirewayError("invalid_arguments", { name: event }), []);
    return (error, args) => {
      if (error) return settle(error, args);
      try {
        const checked = serverEvents.answer(event, args);
        if (isPromise(checked)) checked.then((late) => settle(undefined, late), failed);
        else settle(undefined, checked);
      } catch (thrown) {
        failed(thrown);
      }
    };
  }
}

function isWell(outcome: Outcome): boolean {
  return outcome === "sent" || outcome === "waits";
}
