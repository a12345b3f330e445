// A socket's part in one session: it joins the namespace, is admitted or refused, sends and hears events, and is over with
// the session at the latest. The next session gets a membership of its own, so that nothing of the last one leaks into it.
// Not here: listeners (socket), which session (client), what waits while the server is behind (outflow).

import {
  Acknowledgements,
  checkComplaint,
  checkEvent,
  complaintError,
  type EmitOptions,
  type Ending,
  type Envelope,
  type EventEnvelope,
  ending,
  type Message,
  messageOverheadBytes,
  type RefusalData,
  refusalDetails,
  type Settle,
  WirewayError,
} from "@wireway/protocol";
import { ask } from "./asks.ts";
import type { EventArgs, MembershipListener, Next } from "./membership-listener.ts";
import type { Auth, AuthData } from "./options.ts";
import type { Outflow } from "./outflow.ts";
import { replyOf } from "./reply.ts";
import type { Run } from "./run.ts";

export class Membership {
  readonly namespace: string;
  readonly listener: MembershipListener;
  /** The socket's id at the server; unset until it is admitted. */
  id: string | undefined;
  readonly #run: Run;
  readonly #outflow: Outflow;
  readonly #asked = new Acknowledgements();
  /** Number of the session's last message before this membership's first. */
  readonly #base: number;
  /** Resolves when it is over. */
  readonly done: Promise<void>;
  #resolve: () => void = () => undefined;
  /** Events that were sent before it was admitted; a server that refuses has not looked at them. */
  #early: Message[] | undefined = [];
  #earlyBytes = 0;
  /** What waits until it joins, and, by key, until the server has caught up: what has a number is never replaced. */
  readonly held: Map<string | symbol, { readonly message: Message; readonly id: number | undefined }> = new Map();
  #state: "preparing" | "joining" | "leaving" | "over" = "preparing";
  #wasFull = false;
  readonly #drains: { resolve: () => void; reject: (error: WirewayError) => void }[] = [];

  constructor(namespace: string, run: Run, listener: MembershipListener) {
    this.namespace = namespace;
    this.listener = listener;
    this.#run = run;
    this.#outflow = run.outflow;
    this.#base = run.outflow.outbox.sent;
    this.done = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Bytes that wait to be confirmed. */
  get bufferedBytes(): number {
    return this.#outflow.bytes;
  }

  /** Asks to be admitted, once it is known with what. Events follow at once, without waiting for the answer. */
  join(auth: Auth | undefined): void {
    try {
      const data = typeof auth === "function" ? auth() : auth;
      if (!(data instanceof Promise)) this.#join(data);
      else data.then((own) => this.#join(own)).catch((error: unknown) => this.#unprepared(error));
    } catch (error) {
      this.#unprepared(error);
    }
  }

  /** Sends an event. @returns whether no more than `highWaterBytes` wait, and it was not dropped. @throws {WirewayError} */
  emit(args: EventArgs, settle: Settle | undefined, options: EmitOptions): boolean {
    if (this.#state === "leaving" || this.#state === "over") throw new WirewayError("closed");
    const { namespace } = this;
    if (!settle) return this.#push({ type: "event", namespace, args }, options);
    return ask(this.#asked, this.#outflow, settle, options, (id) =>
      this.#push({ type: "event", namespace, id, args }, options),
    );
  }

  /** Shows new auth to the server. */
  authenticate(data: AuthData, settle: Settle): void {
    const { namespace } = this;
    ask(this.#asked, this.#outflow, settle, {}, (id) => this.#push({ type: "authenticate", namespace, id, data }, {}));
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
        this.#asked.answered(envelope.id, envelope.args);
        break;
      case "error":
        if (envelope.id !== undefined) this.#asked.fail(envelope.id, complaintError(envelope.data));
        else this.listener.tell("warning", complaintError(envelope.data));
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
    const { namespace } = this;
    const check = this.#run.client.options.contract;
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
    const reply =
      id === undefined ? id : replyOf(namespace, id, event, (answer) => this.#state !== "over" && this.#send(answer));
    this.listener.event([event, ...checked], reply);
  }

  /** Something may have been confirmed, or have left. Told of it even if it ended when another one was told. */
  progressed(): void {
    if (this.#state !== "preparing") this.#catchUp(() => this.#outflow.hasRoom);
    if (!this.#wasFull || this.#outflow.isFull) return;
    this.#wasFull = false;
    for (const { resolve } of this.#drains.splice(0)) resolve();
    this.listener.tell("drain");
  }

  /** Resolves when no more than `highWaterBytes` wait. */
  drained(): Promise<void> {
    if (!this.#outflow.isFull) return Promise.resolve();
    this.#wasFull = true;
    return new Promise((resolve, reject) => this.#drains.push({ resolve, reject }));
  }

  /** Emits and hears nothing more, and goes when what was emitted is confirmed. @returns whether there is anything to wait for. */
  closing(): boolean {
    if (this.#state !== "joining") return false;
    this.#state = "leaving";
    // That it asked to be admitted is not worth waiting for.
    return this.#early?.length !== 0 && this.#outflow.bytes > 0;
  }

  /** Goes when what it emitted is confirmed, or after `closeTimeoutMs`. */
  depart(): void {
    this.#run.leave(this);
  }

  /** Tells the server that the session goes on without this socket. */
  leave(): void {
    if (this.#state === "over") return;
    const { namespace } = this;
    // Where there is no room for it, the session is about to end anyway.
    if (this.#state !== "preparing") this.#outflow.trySend(this.#outflow.encode({ type: "disconnect", namespace }));
    this.end(ending("closed", "local"), "stop");
  }

  /** It is over; what was not confirmed goes back. */
  end({ reason, code, message }: Ending, next: Next): void {
    if (this.#state === "over") return;
    const held = [...this.held.values()].map(({ message }) => message);
    const sent = this.#early ?? this.#outflow.since(this.#base);
    const unconfirmed = this.#outflow.events(this.namespace, [...sent, ...held]);
    for (const message of held) this.#outflow.release(message);
    this.held.clear();
    this.#state = "over";
    this.id = undefined;
    this.#early = undefined;
    this.#run.release(this);
    this.listener.over(this, reason, { code, message, unconfirmed }, next);
    const error = new WirewayError("disconnected");
    this.#asked.failAll(error);
    for (const { reject } of this.#drains.splice(0)) reject(error);
    this.#resolve();
  }

  #join(data: AuthData | undefined): void {
    if (this.#state !== "preparing") return;
    const { namespace } = this;
    this.#send(data ? { type: "connect", namespace, data } : { type: "connect", namespace });
    this.#state = "joining";
    // Other sockets of the session may have filled its outbox meanwhile.
    if (!this.#catchUp(() => true)) this.end(ending("too_far_behind", "local"), "stop");
  }

  /** Sends what waits, the oldest first, as long as there is room. @returns false when something was not taken. */
  #catchUp(hasRoom: () => boolean): boolean {
    for (const [key, { message }] of this.held) {
      if (!hasRoom()) return true;
      if (!this.#outflow.trySend(message)) return false;
      this.#early?.push(message);
      this.#earlyBytes += message.bytes;
      this.held.delete(key);
      this.#outflow.release(message);
    }
    return true;
  }

  #unprepared(error: unknown): void {
    const why = `option auth failed: ${error instanceof Error ? error.message : String(error)}`;
    // Whoever joins has no listeners yet, and whoever does so again at once must not keep everything else from happening.
    this.#run.client.after(1, () => {
      if (this.#state === "preparing") this.#fail(new WirewayError("refused", { why }));
    });
  }

  #admitted({ sid, data }: Record<string, unknown> = {}): void {
    this.id = typeof sid === "string" ? sid : "";
    this.#early = undefined;
    if (this.#state === "joining") this.listener.admitted(data);
  }

  #refused(data: RefusalData): void {
    const isUnknown = data.message === "unknown_namespace";
    const details = isUnknown ? { name: this.namespace } : refusalDetails(data);
    this.#fail(new WirewayError(isUnknown ? "unknown_namespace" : "refused", details));
  }

  #fail(error: WirewayError): void {
    const { retryAfterMs } = error.details;
    this.listener.tell("connect_error", error);
    this.end(ending("refused", "remote", error.message), retryAfterMs === undefined ? "stop" : { retryAfterMs });
  }

  #push(envelope: Envelope, options: EmitOptions): boolean {
    const message = this.#outflow.encode(envelope);
    const isJoined = this.#state === "joining";
    const id = "id" in envelope ? envelope.id : undefined;
    if (options.volatile && !(isJoined && this.#outflow.hasRoom)) {
      this.#dropped(id);
      return false;
    }
    const { coalesce } = options;
    if (coalesce !== undefined) this.#overtake(coalesce);
    if (!isJoined || (coalesce !== undefined && !this.#outflow.hasRoom)) {
      this.#outflow.reserve(message);
      this.held.set(coalesce ?? Symbol(), { message, id });
    } else {
      this.#checkEarly(message);
      this.#outflow.send(message);
      this.#early?.push(message);
    }
    const { isFull } = this.#outflow;
    this.#wasFull ||= isFull;
    return !isFull;
  }

  /** What waited under this key will never be sent, so that nobody answers it. */
  #overtake(key: string): void {
    const held = this.held.get(key);
    if (!held) return;
    this.held.delete(key);
    this.#outflow.release(held.message);
    this.#dropped(held.id);
  }

  /** Nobody answers it. Whoever says it again at once must not keep everything else from happening. */
  #dropped(id: number | undefined): void {
    if (id !== undefined) this.#run.client.after(1, () => this.#asked.fail(id, new WirewayError("dropped")));
  }

  /** What is kept until it is admitted has a limit of its own: the server may have confirmed it unread. */
  #checkEarly({ bytes }: Message): void {
    if (!this.#early) return;
    const { maxUnconfirmedBytes: limit } = this.#run.client.options;
    const size = this.#earlyBytes + bytes + messageOverheadBytes;
    if (size > limit) throw new WirewayError("outbox_full", { size, limit });
    this.#earlyBytes = size;
  }

  #send(envelope: Envelope): void {
    this.#outflow.send(this.#outflow.encode(envelope));
  }
}
