// A socket's part in one session: it joins the namespace, is admitted or refused, sends and hears events, and is over with
// the session at the latest. The next session gets a membership of its own, so that nothing of the last one leaks into it.
// Not here: listeners (socket), which session (client), what waits while the server is behind (outflow).

import {
  checkComplaint,
  checkEvent,
  complaintError,
  type EmitOptions,
  type Ending,
  type Envelope,
  type EventEnvelope,
  ending,
  failureComplaint,
  type Message,
  messageOverheadBytes,
  once,
  type RefusalData,
  refusalDetails,
  type Settle,
  type UnconfirmedEvent,
  WirewayError,
} from "@wireway/protocol";
import { Asks } from "./asks.ts";
import type { EventArgs, MembershipListener, Next, Reply } from "./membership-listener.ts";
import type { Auth, AuthData, EventCheck } from "./options.ts";
import type { Outflow } from "./outflow.ts";

export interface MembershipParts {
  readonly namespace: string;
  readonly outflow: Outflow;
  readonly maxUnconfirmedBytes: number;
  readonly check: EventCheck | undefined;
  readonly listener: MembershipListener;
  /** It takes no part in its session any more. */
  readonly release: (membership: Membership) => void;
}

export class Membership {
  readonly namespace: string;
  readonly listener: MembershipListener;
  /** The socket's id at the server; unset until it is admitted. */
  id: string | undefined;
  readonly #parts: MembershipParts;
  readonly #asks: Asks;
  /** Number of the session's last message before this membership's first. */
  readonly #base: number;
  /** Resolves when it is over. */
  readonly done: Promise<void>;
  #resolve: () => void = () => undefined;
  /** Events that were emitted before it was admitted; a server that refuses has not looked at them. */
  #early: Message[] | undefined = [];
  #earlyBytes = 0;
  #state: "preparing" | "joining" | "leaving" | "over" = "preparing";
  #wasFull = false;
  readonly #drains: { resolve: () => void; reject: (error: WirewayError) => void }[] = [];

  constructor(parts: MembershipParts) {
    this.#parts = parts;
    this.namespace = parts.namespace;
    this.listener = parts.listener;
    this.#asks = new Asks(parts.outflow);
    this.#base = parts.outflow.outbox.sent;
    this.done = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Bytes that wait to be confirmed. */
  get bufferedBytes(): number {
    return this.#parts.outflow.bytes;
  }

  /** Asks to be admitted, once it is known with what. Events follow at once, without waiting for the answer. */
  join(auth: Auth | undefined): void {
    try {
      const data = typeof auth === "function" ? auth() : auth;
      if (data instanceof Promise)
        data.then((own) => this.#join(own)).catch((error: unknown) => this.#unprepared(error));
      else this.#join(data);
    } catch (error) {
      // Whoever joins has no listeners yet.
      this.#parts.outflow.clock.defer(() => this.#unprepared(error));
    }
  }

  /** Sends an event. @returns whether no more than `highWaterBytes` wait, and it was not dropped. @throws {WirewayError} */
  emit(args: EventArgs, settle: Settle | undefined, options: EmitOptions): boolean {
    if (this.#state === "leaving" || this.#state === "over") throw new WirewayError("closed");
    const { namespace } = this;
    if (!settle) return this.#push({ type: "event", namespace, args }, options);
    return this.#asks.ask(settle, options, (id) => this.#push({ type: "event", namespace, id, args }, options));
  }

  /** Shows new auth to the server. */
  authenticate(data: AuthData, settle: Settle): void {
    const { namespace } = this;
    this.#asks.ask(settle, {}, (id) => this.#push({ type: "authenticate", namespace, id, data }, {}));
  }

  /** @throws {WirewayError} when the server broke the protocol. */
  received(envelope: Envelope): void {
    if (this.#state === "over") return;
    const { type } = envelope;
    if (this.id === undefined) {
      // Whatever else comes before the admission belongs to an earlier membership in the same namespace.
      if (type === "connect") this.#admitted(envelope.data);
      else if (type === "connect_error") this.#refused(envelope.data);
      return;
    }
    switch (type) {
      case "event":
        checkEvent(envelope.args[0]);
        // Whoever leaves waits for confirmations, and wants to hear no more.
        if (this.#state === "joining") this.#heard(envelope);
        break;
      case "ack":
        this.#asks.answered(envelope.id, envelope.args);
        break;
      case "error":
        if (envelope.id !== undefined) this.#asks.fail(envelope.id, complaintError(envelope.data));
        else this.listener.warned(complaintError(envelope.data));
        break;
      case "disconnect":
        this.end(ending("closed", "remote", "the server closed the socket"), "stop");
        break;
      case "connect":
      case "connect_error":
      case "authenticate":
        // Nothing of it is meant for one that is in.
        break;
    }
  }

  #heard({ args: [event, ...args], id }: EventEnvelope): void {
    const { check, namespace } = this.#parts;
    let checked: readonly unknown[] = args;
    try {
      if (check) checked = check.args(event, args);
    } catch (error) {
      if (!(error instanceof WirewayError)) throw error;
      return this.#send({
        type: "error",
        namespace,
        ...(id !== undefined && { id }),
        data: checkComplaint(error, event),
      });
    }
    this.listener.event([event, ...checked], this.#reply(event, id));
  }

  /** It will never be sent, so that nobody answers it. */
  dropped(message: Message): void {
    const envelope = this.#parts.outflow.decode(message);
    if (envelope.type === "event" && envelope.id !== undefined) {
      this.#asks.fail(envelope.id, new WirewayError("dropped"));
    }
  }

  /** Something may have been confirmed. */
  progressed(): void {
    if (!this.#wasFull || this.#parts.outflow.isFull) return;
    this.#wasFull = false;
    for (const { resolve } of this.#drains.splice(0)) resolve();
    this.listener.drained();
  }

  /** Resolves when no more than `highWaterBytes` wait. */
  drained(): Promise<void> {
    if (!this.#parts.outflow.isFull) return Promise.resolve();
    this.#wasFull = true;
    return new Promise((resolve, reject) => this.#drains.push({ resolve, reject }));
  }

  /** Emits and hears nothing more, and goes when what was emitted is confirmed. @returns whether there is anything to wait for. */
  closing(): boolean {
    if (this.#state !== "joining") return false;
    this.#state = "leaving";
    // That it asked to be admitted is not worth waiting for.
    return this.#early?.length !== 0 && this.#parts.outflow.bytes > 0;
  }

  /** Tells the server that the session goes on without this socket. */
  leave(): void {
    if (this.#state === "over") return;
    const { outflow, namespace } = this.#parts;
    // Where there is no room for it, the session is about to end anyway.
    if (this.#state !== "preparing") outflow.trySend(outflow.encode({ type: "disconnect", namespace }));
    this.end(ending("closed", "local"), "stop");
  }

  /** It is over; what was not confirmed goes back. */
  end({ reason, code, message }: Ending, next: Next): void {
    if (this.#state === "over") return;
    const { outflow, release } = this.#parts;
    const held = outflow.forget(this.namespace);
    const unconfirmed = this.#events([...(this.#early ?? outflow.since(this.#base)), ...held]);
    this.#state = "over";
    this.id = undefined;
    this.#early = undefined;
    release(this);
    this.listener.over(this, reason, { code, message, unconfirmed }, next);
    const error = new WirewayError("disconnected");
    this.#asks.end(error);
    for (const { reject } of this.#drains.splice(0)) reject(error);
    this.#resolve();
  }

  #join(data: AuthData | undefined): void {
    if (this.#state !== "preparing") return;
    const { outflow, namespace } = this.#parts;
    this.#send(data ? { type: "connect", namespace, data } : { type: "connect", namespace });
    this.#state = "joining";
    const early = this.#early ?? [];
    outflow.release(early);
    // Other sockets of the session may have filled its outbox meanwhile.
    if (!early.every((message) => outflow.trySend(message))) this.end(ending("too_far_behind", "local"), "stop");
  }

  #unprepared(error: unknown): void {
    if (this.#state !== "preparing") return;
    const why = `option auth failed: ${error instanceof Error ? error.message : String(error)}`;
    this.#fail(new WirewayError("refused", { why }));
  }

  #admitted({ sid, data }: Record<string, unknown> = {}): void {
    this.id = typeof sid === "string" ? sid : "";
    this.#early = undefined;
    if (this.#state === "joining") this.listener.admitted(data);
  }

  #refused(data: RefusalData): void {
    const isUnknown = data.message === "unknown_namespace";
    const { namespace: name } = this;
    this.#fail(
      isUnknown ? new WirewayError("unknown_namespace", { name }) : new WirewayError("refused", refusalDetails(data)),
    );
  }

  #fail(error: WirewayError): void {
    const { retryAfterMs } = error.details;
    this.listener.failed(error);
    this.end(ending("refused", "remote", error.message), retryAfterMs === undefined ? "stop" : { retryAfterMs });
  }

  #reply(event: string, id: number | undefined): Reply | undefined {
    if (id === undefined) return undefined;
    const { namespace } = this;
    const send = once(([envelope]) => {
      if (this.#state === "joining" || this.#state === "leaving") this.#send(envelope as Envelope);
    });
    return {
      answer: (...args) => send({ type: "ack", namespace, id, args }),
      fail: (error) => send({ type: "error", namespace, id, data: failureComplaint(error, event) }),
    };
  }

  #push(envelope: Envelope, options: EmitOptions): boolean {
    const { outflow, namespace } = this.#parts;
    const message = outflow.encode(envelope);
    const isJoined = this.#state === "joining";
    if (options.volatile && !(isJoined && outflow.hasRoom)) {
      if ("id" in envelope && envelope.id !== undefined) throw new WirewayError("dropped");
      return false;
    }
    const { coalesce } = options;
    if (coalesce === undefined || !isJoined || !outflow.coalesce(namespace, coalesce, message)) {
      this.#checkEarly(message);
      if (isJoined) outflow.send(message);
      else outflow.reserve(message);
      this.#early?.push(message);
    }
    const { isFull } = outflow;
    this.#wasFull ||= isFull;
    return !isFull;
  }

  /** What is kept until it is admitted has a limit of its own: the server may have confirmed it unread. */
  #checkEarly({ bytes }: Message): void {
    if (!this.#early) return;
    const { maxUnconfirmedBytes: limit } = this.#parts;
    const size = this.#earlyBytes + bytes + messageOverheadBytes;
    if (size > limit) throw new WirewayError("outbox_full", { size, limit });
    this.#earlyBytes = size;
  }

  #send(envelope: Envelope): void {
    const { outflow } = this.#parts;
    outflow.send(outflow.encode(envelope));
  }

  /** Read back from what was sent: the application may have changed its objects since. */
  #events(messages: readonly Message[]): UnconfirmedEvent[] {
    return messages.flatMap((message) => {
      const envelope = this.#parts.outflow.decode(message);
      if (envelope.type !== "event" || envelope.namespace !== this.namespace) return [];
      const [event, ...args] = envelope.args;
      return [{ event, args }];
    });
  }
}
