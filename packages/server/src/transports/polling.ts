// Long polling: every exchange is a POST. The dial is answered by the session, a poll waits until the session has something
// to say, a send is answered at once. A response that was lost needs no care here: what it carried stays unconfirmed, and
// the next poll gets it again.

import type { ServerResponse } from "node:http";
import {
  type Connection,
  type ConnectionListener,
  decodePayload,
  openPacket,
  type Packet,
  WirewayError,
} from "@wireway/protocol";
import { answerPackets } from "../answer.ts";
import type { Connections } from "../connections.ts";
import { handshakeOf } from "../handshake.ts";
import type { Terminable } from "../lingering.ts";
import { isAnswerable, readDial, send } from "./post.ts";
import type { Exchange, Routes, TransportContext } from "./transport.ts";

export function polling(context: TransportContext): Routes {
  const { sessions } = context;
  const dial = async (exchange: Exchange): Promise<void> => {
    const packets = decodePayload(await readDial(exchange, context));
    const handshake = handshakeOf(exchange.request, context.options);
    const refusal = await sessions.approveDial(packets, handshake);
    if (!isAnswerable(exchange)) return;
    if (refusal) return answerPackets(exchange.response, [refusal]);
    const connection = new PollingConnection(context.connections);
    const accepted = sessions.accept(connection, packets, handshake);
    if ("refusal" in accepted) return answerPackets(exchange.response, [accepted.refusal]);
    connection.dialled(exchange.response, accepted.listener);
  };
  const poll = async (exchange: Exchange): Promise<void> => {
    const packets = decodePayload(await readDial(exchange, context));
    const refusal = await sessions.approveRequest(packets, exchange.request);
    if (refusal) return answerPackets(exchange.response, [refusal]);
    const { answer, road } = sessions.request(packets);
    const connection = road?.connection;
    if (connection === undefined) return answerPackets(exchange.response, answer);
    if (!(connection instanceof PollingConnection)) {
      throw new WirewayError("malformed_open", { why: "its connection is not polled" });
    }
    if (isAnswerable(exchange)) connection.polled(exchange.response, answer);
  };
  return {
    POST: new Map([
      ["", dial],
      ["poll", poll],
      ["send", (exchange: Exchange) => send(exchange, context)],
    ]),
  };
}

class PollingConnection implements Connection, Terminable {
  readonly transport = "polling";
  readonly lane = "exchange";
  readonly polls = false;
  /** Its responses are short: none lingers. */
  readonly bytesLeft = 0;
  readonly #connections: Connections;
  /** The response that the session may write to, once. */
  #waiter: ServerResponse | undefined;
  #listener: ConnectionListener | undefined;
  #isOver = false;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  dialled(response: ServerResponse, listener: ConnectionListener): void {
    this.#listener = listener;
    this.#connections.add(this);
    this.#wait(response);
    // A dial that nobody hears the answer of is no connection.
    response.on("close", () => {
      if (!response.writableFinished) this.#closed();
    });
  }

  polled(response: ServerResponse, answer: readonly Packet[]): void {
    const { headersSent } = response;
    if (headersSent) return;
    if (this.#waiter) answerPackets(this.#waiter, answer);
    this.#wait(response);
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
    this.#waiter?.destroy();
    this.#closed();
  }

  #wait(response: ServerResponse): void {
    this.#waiter = response;
    response.on("close", () => {
      if (this.#waiter !== response) return;
      this.#waiter = undefined;
      if (!this.#isOver) this.#listener?.settled("poll", undefined);
    });
  }

  #closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener?.closed({ reason: "lost" });
    this.#connections.delete(this);
  }
}
