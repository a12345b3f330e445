// A socket's part in one session: it joins the namespace, is admitted or refused, sends and hears events, and is over with
// the session at the latest. The next session gets a membership of its own, so that nothing of the last one leaks into it.
// Not here: listeners (socket), which session (client).

import {
  Acknowledgements,
  type ClientSession,
  type Clock,
  type CloseReason,
  checkEvent,
  createMessage,
  type DisconnectDetails,
  type Driver,
  decodeEnvelope,
  type Ending,
  type Envelope,
  encodeEnvelope,
  ending,
  type Message,
  once,
  type Settle,
  type UnconfirmedEvent,
  WirewayError,
} from "@wireway/protocol";
import type { Auth } from "./options.ts";
import type { ConnectionInfo } from "./socket-events.ts";

type EventArgs = readonly [string, ...unknown[]];

export interface MembershipParts {
  readonly namespace: string;
  readonly driver: Driver<ClientSession>;
  readonly clock: Clock;
  readonly maxUnconfirmedBytes: number;
  readonly highWaterBytes: number;
  readonly listener: MembershipListener;
  /** It is over, and takes no part in its session any more. */
  readonly release: (membership: Membership) => void;
}

/** What a membership tells its socket. Must not throw. */
export interface MembershipListener {
  admitted(): void;
  event(args: EventArgs, answer: ((...args: unknown[]) => void) | undefined): void;
  /** The server refused it, or a round of dialling got nowhere. */
  failed(error: WirewayError): void;
  /** The session's connection changed. */
  moved(info: ConnectionInfo): void;
  /** Comes exactly once, and last. `renews` when the next session should be joined. */
  over(membership: Membership, reason: CloseReason, details: DisconnectDetails, renews: boolean): void;
}

export class Membership {
  readonly namespace: string;
  readonly listener: MembershipListener;
  /** The socket's id at the server; unset until it is admitted. */
  id: string | undefined;
  readonly #parts: MembershipParts;
  readonly #acknowledgements = new Acknowledgements();
  /** Number of the session's last message before this membership's first. */
  readonly #base: number;
  /** Events that were emitted before it was admitted; a server that refuses has not looked at them. */
  #early: Message[] | undefined = [];
  #earlyBytes = 0;
  #state: "preparing" | "joining" | "over" = "preparing";

  constructor(parts: MembershipParts) {
    this.#parts = parts;
    this.namespace = parts.namespace;
    this.listener = parts.listener;
    this.#base = parts.driver.session.ledger.outbox.sent;
  }

  /** Asks to be admitted, once it is known with what. Events follow at once, without waiting for the answer. */
  join(auth: Auth | undefined): void {
    try {
      const data = typeof auth === "function" ? auth() : auth;
      if (!(data instanceof Promise)) this.#join(data);
      else data.then((ready) => this.#join(ready)).catch((error: unknown) => this.#unprepared(error));
    } catch (error) {
      // Whoever joins has no listeners yet.
      this.#parts.clock.defer(() => this.#unprepared(error));
    }
  }

  /** Sends an event. @returns whether the outbox is below its high-water mark. @throws {WirewayError} */
  emit(args: EventArgs, settle: Settle | undefined, timeoutMs: number | undefined): boolean {
    if (this.#state === "over") throw new WirewayError("closed");
    const { namespace } = this;
    if (!settle) return this.#push({ type: "event", namespace, args });
    let taken = false;
    const { clock } = this.#parts;
    const id = this.#acknowledgements.expect((error, answer) => {
      timer?.arm(Number.POSITIVE_INFINITY);
      if (taken) settle(error, answer);
    });
    const timer =
      timeoutMs === undefined
        ? undefined
        : clock.timer(() => this.#acknowledgements.fail(id, new WirewayError("timed_out", { limit: timeoutMs })));
    try {
      const below = this.#push({ type: "event", namespace, id, args });
      taken = true;
      if (timeoutMs !== undefined) timer?.arm(clock.now() + timeoutMs);
      return below;
    } finally {
      // What was not taken has thrown already.
      if (!taken) this.#acknowledgements.fail(id, new WirewayError("closed"));
    }
  }

  /** @throws {WirewayError} when the server broke the protocol. */
  received(envelope: Envelope): void {
    if (this.#state === "over") return;
    const { type } = envelope;
    if (this.id === undefined) {
      // Whatever else comes before the admission belongs to an earlier membership in the same namespace.
      if (type === "connect") this.#admitted(envelope.data);
      else if (type === "connect_error") this.#refused(envelope.data);
    } else if (type === "event") {
      checkEvent(envelope.args[0]);
      this.listener.event(envelope.args, envelope.id === undefined ? undefined : this.#answer(envelope.id));
    } else if (type === "ack") this.#acknowledgements.answered(envelope.id, envelope.args);
    else if (type === "disconnect") this.end(ending("closed", "remote", "the server closed the socket"), false);
  }

  /** Tells the server that the session goes on without this socket. */
  leave(): void {
    if (this.#state === "joining") this.#parts.driver.send(encode({ type: "disconnect", namespace: this.namespace }));
    this.end(ending("closed", "local"), false);
  }

  /** It is over; what was not confirmed goes back. */
  end({ reason, code, message }: Ending, renews: boolean): void {
    if (this.#state === "over") return;
    const unconfirmed = this.#early ? this.#events(this.#early) : this.#events(this.#unconfirmed());
    this.#state = "over";
    this.id = undefined;
    this.#early = undefined;
    this.#parts.release(this);
    this.listener.over(this, reason, { code, message, unconfirmed }, renews);
    this.#acknowledgements.failAll(new WirewayError("disconnected"));
  }

  #join(data: Record<string, unknown> | undefined): void {
    if (this.#state !== "preparing") return;
    const { driver } = this.#parts;
    const { namespace } = this;
    this.#send(encode(data ? { type: "connect", namespace, data } : { type: "connect", namespace }));
    this.#state = "joining";
    // Other sockets of the session may have filled its outbox meanwhile.
    if (!this.#early?.every((message) => driver.send(message))) this.end(ending("too_far_behind", "local"), false);
  }

  #unprepared(error: unknown): void {
    if (this.#state !== "preparing") return;
    const why = `option auth failed: ${error instanceof Error ? error.message : String(error)}`;
    this.#fail(new WirewayError("refused", { why }));
  }

  #admitted(data: Record<string, unknown> | undefined): void {
    const { sid } = data ?? {};
    this.id = typeof sid === "string" ? sid : "";
    this.#early = undefined;
    this.#earlyBytes = 0;
    this.listener.admitted();
  }

  #refused({ message, data }: { readonly message: string; readonly data?: unknown }): void {
    const unknown = message === "unknown_namespace";
    this.#fail(
      unknown
        ? new WirewayError(message, { name: this.namespace })
        : new WirewayError("refused", { why: message, data }),
    );
  }

  #fail(error: WirewayError): void {
    this.listener.failed(error);
    this.end(ending("refused", "remote", error.message), false);
  }

  #answer(id: number): (...args: unknown[]) => void {
    return once((args) => {
      if (this.#state === "joining") this.#send(encode({ type: "ack", namespace: this.namespace, id, args }));
    });
  }

  #push(envelope: Envelope): boolean {
    const message = encode(envelope);
    const { outbox } = this.#parts.driver.session.ledger;
    const { maxUnconfirmedBytes, highWaterBytes } = this.#parts;
    if (this.#early) {
      const size = outbox.bytesWith(message) + this.#earlyBytes;
      if (size > maxUnconfirmedBytes) throw new WirewayError("outbox_full", { size, limit: maxUnconfirmedBytes });
    }
    if (this.#state === "joining") this.#send(message);
    else this.#checkSize(message);
    if (this.#early) {
      this.#early.push(message);
      this.#earlyBytes += message.bytes;
    }
    return outbox.bytes + (this.#state === "preparing" ? this.#earlyBytes : 0) <= highWaterBytes;
  }

  #send(message: Message): void {
    this.#checkSize(message);
    const { driver, maxUnconfirmedBytes: limit } = this.#parts;
    if (driver.send(message)) return;
    const { state, ledger } = driver.session;
    if (state !== "open") throw new WirewayError("closed");
    throw new WirewayError("outbox_full", { size: ledger.outbox.bytesWith(message), limit });
  }

  #checkSize({ bytes: size }: Message): void {
    const limit = this.#parts.driver.session.terms.maxMessageBytes;
    if (size > limit) throw new WirewayError("message_too_large", { size, limit });
  }

  /** Of the session's unconfirmed messages those since this membership began. */
  #unconfirmed(): Message[] {
    const { outbox } = this.#parts.driver.session.ledger;
    return outbox.list().slice(Math.max(0, this.#base - outbox.acked));
  }

  /** Read back from what was sent: the application may have changed its objects since. */
  #events(messages: readonly Message[]): UnconfirmedEvent[] {
    return messages.flatMap(({ data }) => {
      const envelope = decodeEnvelope(data);
      if (envelope.type !== "event" || envelope.namespace !== this.namespace) return [];
      const [event, ...args] = envelope.args;
      return [{ event, args }];
    });
  }
}

function encode(envelope: Envelope): Message {
  return createMessage(encodeEnvelope(envelope));
}
