// The application's side of one session: reads what its messages say and brings them to the sockets, of which it has one
// per namespace that the client joined. Whatever a peer may not say ends its session.
// Not here: what an event does (socket), how messages travel (driver, session).

import {
  type Clock,
  type CloseCause,
  type CloseReason,
  type Complaint,
  type ConnectEnvelope,
  checkEvent,
  Driver,
  type DriverListener,
  type Ending,
  type Envelope,
  ending as endingOf,
  Few,
  type Message,
  type MessageData,
  type RefusalData,
  type Road,
  type ServerSession,
  WirewayError,
} from "@wireway/protocol";
import { Disconnection } from "./disconnection.ts";
import type { ErrorReport } from "./error-report.ts";
import type { Guard } from "./guard.ts";
import { type Handshake, socketHandshakeOf } from "./handshake.ts";
import { guardOf, identify, renew } from "./identification.ts";
import { Journey } from "./journey.ts";
import type { Members } from "./members.ts";
import type { ResolvedOptions } from "./options.ts";
import { type Delivery, type Outcome, Outflow } from "./outflow.ts";
import type { PeerContext } from "./peer-context.ts";
import { allows } from "./rate-check.ts";
import type { SessionRate } from "./rate-limits.ts";
import { broken, readEnvelope } from "./read-envelope.ts";
import { sendableMessage } from "./sendable-message.ts";
import { Socket } from "./socket.ts";
import type { SocketHost } from "./socket-host.ts";
import { tellConnect, tellEventIn, tellRefuse } from "./taps.ts";

/** Namespaces that one session may join or have been refused. */
const maxNamespaces = 256;

export class Peer implements DriverListener, SocketHost {
  readonly driver: Driver<ServerSession>;
  handshake: Handshake;
  /** Undefined without the option `authenticate`: whoever has the token has the session. */
  readonly guard: Guard | undefined;
  readonly journey: Journey;
  heard = 0;
  readonly #context: PeerContext;
  readonly #rate: SessionRate | undefined;
  readonly #outflow: Outflow;
  readonly #sockets = new Few<string, Socket>();
  /** Number of the last message that the client has answered; its confirmation may come later. */
  #arrived = 0;
  /** Namespaces that this side closed: what the client sent before it knew is nobody's fault, and is ignored. */
  #closed: Set<string> | undefined;
  /** What the session closes with if it stays without a namespace. */
  #idleReason: CloseReason = "expired";

  constructor(session: ServerSession, handshake: Handshake, context: PeerContext) {
    this.handshake = handshake;
    this.#context = context;
    this.driver = new Driver(session, context.clock, this);
    this.journey = new Journey(this);
    this.guard = guardOf(this, context);
    this.#rate = context.rates.session(handshake.address, context.clock.now());
    this.#outflow = new Outflow(this.driver, context.options, this.#sockets);
  }

  get clock(): Clock {
    return this.#context.clock;
  }

  get options(): ResolvedOptions {
    return this.#context.options;
  }

  get report(): ErrorReport {
    return this.#context.report;
  }

  get user(): string | undefined {
    return this.guard?.user;
  }

  /** What it holds for a client that has no connection; 0 while there is one. */
  get heldBytes(): number {
    const { state, current } = this.driver.session;
    return state === "open" && !current ? this.#outflow.bytes : 0;
  }

  message(data: MessageData): void {
    if (this.#rate && !allows(this.#rate, data, this)) return;
    try {
      this.#take(readEnvelope(data, this.options), data);
      // What its handlers said to everybody leaves with what else they said.
      this.#context.announcements.catchUp(this);
    } catch (error) {
      const { code, message } =
        error instanceof WirewayError ? error : { code: "malformed_envelope", message: "internal error" };
      // A fault of ours that a peer's message brings up must not take the others down with it.
      if (!(error instanceof WirewayError)) this.report(error, { event: "message" });
      this.close(code === "message_too_large" || code === "codec_mismatch" ? code : "protocol_error", message);
    }
  }

  changed(): void {
    this.journey.changed();
    this.#context.sessions.account(this);
  }

  lost(road: Road, cause: CloseCause): void {
    this.journey.lost(road, cause);
    // A connection that refused a frame for its size cannot tell which message it was; another one would meet it again.
    if (cause.reason === "message_too_large") this.close("message_too_large");
  }

  redirected(): void {}

  progressed(): void {
    this.#outflow.progressed();
  }

  ended(ending: Ending): void {
    this.guard?.end();
    if (this.user !== undefined) this.#context.sessions.users.delete(this.user, this);
    this.#context.sessions.ended(this, ending);
    const unheard = this.#context.announcements.over(this);
    const lost = [...this.unconfirmed(), ...unheard, ...this.#outflow.clear()];
    for (const socket of [...this.#sockets.values()])
      socket.ended(new Disconnection(ending, socket.voice.dialect, lost));
    this.journey.ended(ending);
    this.#sockets.clear();
  }

  /** Joined no namespace in time. */
  notJoined(limitMs: number): void {
    this.close(this.#idleReason, `no namespace was joined within ${limitMs} ms`);
  }

  /** Tells the client and the application of something that nobody waits for. */
  warn(complaint: Complaint): void {
    for (const socket of this.#sockets.values()) socket.warn(complaint);
  }

  // What sockets ask for.

  identify(socket: Socket): Promise<void> | undefined {
    return this.guard && identify(this.guard, socket);
  }

  isAmong(members: Members): boolean {
    const socket = this.#sockets.get(members.name);
    return socket !== undefined && members.sockets.get(socket.id) === socket;
  }

  get bufferedBytes(): number {
    this.#context.announcements.catchUp(this);
    return this.#outflow.bytes;
  }

  get isFull(): boolean {
    this.#context.announcements.catchUp(this);
    return this.#outflow.isFull;
  }

  arrived(number: number): void {
    this.#arrived = Math.max(this.#arrived, number);
  }

  unconfirmed(): readonly Message[] {
    this.#context.announcements.catchUp(this);
    const { outbox } = this.driver.session.ledger;
    return outbox.list().slice(Math.max(0, this.#arrived - outbox.acked));
  }

  send(message: Message, delivery?: Delivery): Outcome {
    const { announcements } = this.#context;
    announcements.catchUp(this);
    const outcome = this.#outflow.send(message, delivery);
    if (outcome === "over") return outcome;
    announcements.sent(this);
    if (!this.driver.session.current) this.#context.sessions.account(this);
    return outcome;
  }

  close(reason: CloseReason, message?: string): void {
    this.#context.announcements.catchUp(this);
    this.driver.close(reason, message);
  }

  left(socket: Socket): void {
    const name = socket.namespace;
    if (this.#sockets.get(name) !== socket) return;
    this.#context.sessions.decided(this);
    this.#send({ type: "disconnect", namespace: name });
    this.#closed ??= new Set();
    this.#closed.add(name);
    this.#remove(socket, "closed");
  }

  admitted(socket: Socket): void {
    this.#context.sessions.decided(this);
    tellConnect(socket, this);
    this.#context.announcements.enters(this);
  }

  decided(): void {
    this.#context.sessions.decided(this);
  }

  refused(socket: Socket, data: RefusalData & { readonly message: string }): void {
    if (this.#sockets.get(socket.namespace) !== socket) return;
    this.#refuse(socket.namespace, data);
    this.#remove(socket, "refused");
  }

  #take(envelope: Envelope, data: MessageData): void {
    const { type, namespace } = envelope;
    if (type === "connect") {
      this.#join(envelope);
      return;
    }
    if (type === "connect_error") throw broken("a client refused a namespace");
    const socket = this.#sockets.get(namespace);
    if (!socket) {
      if (this.#closed?.has(namespace)) return;
      throw broken("its namespace was not joined");
    }
    switch (type) {
      case "event":
        tellEventIn(checkEvent(envelope.args[0]), data, socket, this);
        socket.voice.received(envelope, data.length);
        return;
      case "ack":
      case "error":
        socket.voice.received(envelope, data.length);
        return;
      case "authenticate":
        void renew(this.guard, envelope, this.#sockets).then((answer) => this.#send(answer));
        return;
      case "disconnect": {
        const ending = endingOf("closed", "remote", "the client left the namespace");
        const unconfirmed = this.unconfirmed();
        this.#remove(socket, "closed");
        socket.ended(new Disconnection(ending, socket.voice.dialect, unconfirmed));
        return;
      }
    }
  }

  #join({ namespace: name, data }: ConnectEnvelope): void {
    if (this.#sockets.has(name)) throw broken("its namespace was joined already");
    if (this.#sockets.size + (this.#closed?.size ?? 0) >= maxNamespaces) throw broken("it has too many namespaces");
    this.#closed?.delete(name);
    const auth = data ?? {};
    const enter = this.#context.entrance(name, auth);
    if (!enter) {
      this.#idleReason = "refused";
      this.#refuse(name, { message: "unknown_namespace" });
      return;
    }
    this.#context.sessions.joined(this);
    enter((members, reach) => {
      const handshake = socketHandshakeOf(this.handshake, auth);
      this.handshake = handshake;
      const socket = new Socket(handshake, this, members, reach);
      this.#sockets.set(name, socket);
      return socket;
    });
  }

  #refuse(namespace: string, data: RefusalData & { readonly message: string }): void {
    this.#closed ??= new Set();
    this.#closed.add(namespace);
    this.#context.sessions.decided(this);
    tellRefuse(namespace, data, this);
    this.#send({ type: "connect_error", namespace, data });
  }

  #remove(socket: Socket, idleReason: CloseReason): void {
    this.#sockets.delete(socket.namespace);
    this.#outflow.forget(socket.namespace);
    if (this.#sockets.size > 0) return;
    this.#idleReason = idleReason;
    this.#context.sessions.unjoined(this);
  }

  #send(envelope: Envelope): void {
    this.send(sendableMessage(envelope, this.options.codec, (error) => this.report(error, { event: "connection" })));
  }
}
