// Long polling: every exchange is a POST. The dial is answered by the session, a poll waits until the session has something
// to say, a send is answered at once. A response that was lost needs no care here: what it carried stays unconfirmed, and
// the next poll gets it again.

import {
  type Answered,
  type Connection,
  type ConnectionListener,
  decodePayload,
  openPacket,
  type Packet,
  WirewayError,
} from "@wireway/protocol";
import { answerPackets } from "../answer.ts";
import type { Connections } from "../connections.ts";
import type { Exchange, Holder } from "../exchange.ts";
import { handshakeOf } from "../handshake.ts";
import type { Terminable } from "../lingering.ts";
import type { RouteHandler, TransportRoutes } from "../routes.ts";
import { maxDialBytes, send, whenApproved } from "./post.ts";
import type { TransportContext } from "./transport.ts";

export function polling(context: TransportContext): TransportRoutes {
  const { sessions, connections, options } = context;
  const dial: RouteHandler = {
    maxBodyBytes: maxDialBytes,
    handle(exchange, body) {
      const packets = decodePayload(body);
      const handshake = handshakeOf(exchange.request, options);
      return whenApproved(sessions.approveDial(packets, handshake), (refusal) => {
        if (!exchange.isAnswerable) return;
        if (refusal) return answerPackets(exchange, [refusal]);
        const connection = new PollingConnection(connections);
        const accepted = sessions.accept(connection, packets, handshake);
        if ("refusal" in accepted) return answerPackets(exchange, [accepted.refusal]);
        connection.dialled(exchange, accepted.listener);
      });
    },
  };
  const polled = (exchange: Exchange, packets: readonly Packet[]): void => {
    const answered = sessions.request(packets);
    const connection = answered.road?.connection;
    if (connection === undefined) return answerPackets(exchange, answered.answer);
    if (!(connection instanceof PollingConnection)) {
      throw new WirewayError("malformed_open", { why: "its connection is not polled" });
    }
    if (exchange.isAnswerable) connection.polled(exchange, answered);
  };
  const poll: RouteHandler = {
    maxBodyBytes: maxDialBytes,
    handle(exchange, body) {
      const packets = decodePayload(body);
      return whenApproved(sessions.approveRequest(packets, exchange.request), (refusal) => {
        if (refusal) answerPackets(exchange, [refusal]);
        else polled(exchange, packets);
      });
    },
  };
  return {
    POST: new Map([
      ["", dial],
      ["poll", poll],
      ["send", send(context)],
    ]),
  };
}

class PollingConnection implements Connection, Terminable, Holder {
  readonly transport = "polling";
  readonly lane = "exchange";
  readonly polls = false;
  /** Its responses are short: none lingers. */
  readonly bytesLeft = 0;
  readonly #connections: Connections;
  /** What the session may answer, once. */
  #waiter: Exchange | undefined;
  /** Until its answer has left. */
  #dial: Exchange | undefined;
  #listener: ConnectionListener | undefined;
  #isOver = false;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  dialled(exchange: Exchange, listener: ConnectionListener): void {
    this.#listener = listener;
    this.#connections.add(this);
    this.#dial = exchange;
    this.#wait(exchange);
  }

  polled(exchange: Exchange, answered: Answered): void {
    if (exchange.response.headersSent) return;
    if (this.#waiter) answerPackets(this.#waiter, answered.answer);
    this.#wait(exchange);
    this.#listener?.settled("poll", []);
  }

  send(packets: readonly Packet[]): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter) answerPackets(waiter, packets);
  }

  poll(): void {}

  close(): void {
    // The client need not find out by itself.
    this.send([openPacket({ received: 0, gone: true })]);
    // The contract forbids to call back from inside a call.
    queueMicrotask(() => this.#closed());
  }

  terminate(): void {
    this.#waiter?.response.destroy();
    this.#closed();
  }

  /** A response of this connection is over. */
  released(exchange: Exchange): void {
    if (this.#waiter === exchange) {
      this.#waiter = undefined;
      if (!this.#isOver) this.#listener?.settled("poll", undefined);
    }
    if (this.#dial !== exchange) return;
    this.#dial = undefined;
    // A dial that nobody hears the answer of is no connection.
    if (!exchange.response.writableFinished) this.#closed();
  }

  #wait(exchange: Exchange): void {
    this.#waiter = exchange;
    exchange.holder = this;
  }

  #closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener?.closed({ reason: "lost" });
    this.#connections.delete(this);
  }
}
