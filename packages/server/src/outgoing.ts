// What a socket says: events, with and without acknowledgement, and answers. Checks before anything is sent, so that what is
// wrong throws at the place that said it.

import {
  type AckEnvelope,
  Acknowledgements,
  checkEvent,
  createMessage,
  type Envelope,
  encodeEnvelope,
  type Message,
  type Settle,
  WirewayError,
} from "@wireway/protocol";
import type { SocketHost } from "./socket-host.ts";

export interface Speaker {
  readonly namespace: string;
  readonly connected: boolean;
}

/** The event as a message. @throws {WirewayError} `reserved_event`, `invalid_event`, `message_too_large`, `not_serializable` */
export function eventMessage(
  namespace: string,
  event: string,
  args: readonly unknown[],
  limit: number,
  id?: number,
): Message {
  const named: [string, ...unknown[]] = [checkEvent(event), ...args];
  return message({ type: "event", namespace, args: named, ...(id !== undefined && { id }) }, limit);
}

export class Outgoing {
  readonly #host: SocketHost;
  readonly #speaker: Speaker;
  #acknowledgements: Acknowledgements | undefined;

  constructor(host: SocketHost, speaker: Speaker) {
    this.#host = host;
    this.#speaker = speaker;
  }

  /** @returns whether the message was taken and the outbox is below its high-water mark. */
  deliver(whole: Message): boolean {
    return this.#speaker.connected && this.#host.send(whole);
  }

  send(envelope: Envelope): boolean {
    return this.deliver(message(envelope, this.#limit));
  }

  /** `settle` is called once, within `limitMs` where that is given; never when this throws. */
  event(event: string, args: readonly unknown[], settle?: Settle, limitMs?: number): boolean {
    const { namespace, connected } = this.#speaker;
    if (!settle) return this.deliver(eventMessage(namespace, event, args, this.#limit));
    // Odd ids are those of broadcasts.
    this.#acknowledgements ??= new Acknowledgements(0, 2);
    const acknowledgements = this.#acknowledgements;
    let answer: Settle | undefined;
    const id = acknowledgements.expect((error, given) => answer?.(error, given));
    try {
      const whole = eventMessage(namespace, event, args, this.#limit, id);
      answer = limitMs === undefined ? settle : this.#limited(acknowledgements, id, settle, limitMs);
      if (!connected) acknowledgements.fail(id, new WirewayError("disconnected"));
      return this.deliver(whole);
    } finally {
      if (!answer) acknowledgements.fail(id, new WirewayError("closed"));
    }
  }

  /** Resolves with the acknowledgement's first argument. */
  ask(event: string, args: readonly unknown[], limitMs?: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.event(event, args, (error, answer) => (error ? reject(error) : resolve(answer[0])), limitMs);
    });
  }

  acknowledged({ id, args }: AckEnvelope): void {
    this.#acknowledgements?.answered(id, args);
  }

  /** No answer will come any more. */
  end(): void {
    this.#acknowledgements?.failAll(new WirewayError("disconnected"));
  }

  get #limit(): number {
    return this.#host.options.terms.maxMessageBytes;
  }

  #limited(acknowledgements: Acknowledgements, id: number, settle: Settle, limitMs: number): Settle {
    const { clock } = this.#host;
    const timer = clock.timer(() => acknowledgements.fail(id, new WirewayError("timed_out", { limit: limitMs })));
    timer.arm(clock.now() + limitMs);
    return (error, answer) => {
      timer.arm(Number.POSITIVE_INFINITY);
      settle(error, answer);
    };
  }
}

function message(envelope: Envelope, limit: number): Message {
  const whole = createMessage(encodeEnvelope(envelope));
  if (whole.bytes > limit) throw new WirewayError("message_too_large", { size: whole.bytes, limit });
  return whole;
}
