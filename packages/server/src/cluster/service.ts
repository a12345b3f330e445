// What this server does for the others: events for its sockets, and whatever else they ask of it.

import { type Clock, createMessage, type Message, WirewayError } from "@wireway/protocol";
import type { ErrorReport } from "../error-report.ts";
import type { LocalReach } from "../local-reach.ts";
import type { SocketDescription } from "../remote-socket.ts";
import type { ClusterMessage } from "./cluster-message.ts";
import { Errands } from "./errands.ts";

/** What of a namespace, or of a parent, other servers can reach. */
export interface LocalNamespace {
  readonly reach: { readonly here: LocalReach };
  /** Another server says something; `answer` is called once. */
  hear(args: readonly [string, ...unknown[]], answer: (args: readonly unknown[]) => void): void;
}

export interface ServiceContext {
  readonly clock: Clock;
  readonly report: ErrorReport;
  readonly maxMessageBytes: number;
  /** Name of what encodes events. */
  readonly codec: string;
  readonly publish: (message: ClusterMessage) => void;
  namespace(name: string): LocalNamespace | undefined;
  /** Ends the sessions of this server that are the user's. */
  endUser(user: string): void | Promise<void>;
}

/** What is served here; the rest is about servers themselves. */
type Request = Exclude<ClusterMessage, { kind: "hello" | "here" | "bye" | "answers" }>;

export class Service {
  readonly #id: string;
  readonly #context: ServiceContext;
  readonly #errands: Errands;

  constructor(id: string, context: ServiceContext) {
    this.#id = id;
    this.#context = context;
    this.#errands = new Errands({ clock: context.clock, answer: (...answer) => this.#answerAll(...answer) });
  }

  /** That server is gone. */
  lost(server: string): void {
    this.#errands.lost(server);
  }

  /** @throws {WirewayError} `message_too_large`, `codec_mismatch` */
  serve(request: Request): void {
    switch (request.kind) {
      case "emit":
        this.#here(request)?.emit(request, this.#heard(request), request);
        return;
      case "ask":
        this.#take(request);
        return;
      case "forget":
        this.#errands.forget(request.from, request.id);
        return;
      case "fetch":
        this.#describe(request);
        return;
      case "join":
        this.#here(request)?.join(request, request.names);
        return;
      case "leave":
        this.#here(request)?.leave(request, request.names);
        return;
      case "disconnect":
        this.#here(request)?.disconnect(request, request.close);
        return;
      case "end_user":
        void this.#endUser(request);
        return;
      case "say":
        this.#context.namespace(request.namespace)?.hear(request.args, () => undefined);
        return;
      case "query":
        this.#hear(request);
        return;
    }
  }

  #here({ namespace }: { readonly namespace: string }): LocalReach | undefined {
    return this.#context.namespace(namespace)?.reach.here;
  }

  /** An event for sockets of this server. @throws {WirewayError} `message_too_large`, `codec_mismatch` */
  #heard({ codec, data }: Extract<ClusterMessage, { kind: "emit" | "ask" }>): Message {
    const message = createMessage(data);
    const limit = this.#context.maxMessageBytes;
    // Clients would be told that their peer speaks what they cannot read.
    if (codec !== this.#context.codec) throw new WirewayError("codec_mismatch");
    if (message.bytes > limit) throw new WirewayError("message_too_large", { size: message.bytes, limit });
    return message;
  }

  #take(request: Extract<ClusterMessage, { kind: "ask" }>): void {
    const { from, id, limitMs } = request;
    this.#errands.begin(from, id, limitMs, (answers) => {
      this.#here(request)?.ask(request, this.#heard(request), request, answers);
    });
  }

  #describe(request: Extract<ClusterMessage, { kind: "fetch" }>): void {
    const { from: to, id } = request;
    const answers = this.#here(request)?.fetch(request) ?? [];
    this.#answerAll(to, id, answers, true, lessOf);
  }

  #hear({ from: to, id, namespace, args }: Extract<ClusterMessage, { kind: "query" }>): void {
    const answer = (given: readonly unknown[]): void => this.#answerAll(to, id, given.slice(0, 1), true);
    const local = this.#context.namespace(namespace);
    if (local) local.hear(args, answer);
    else answer([]);
  }

  async #endUser({ from: to, id, user }: Extract<ClusterMessage, { kind: "end_user" }>): Promise<void> {
    try {
      await this.#context.endUser(user);
    } catch (error) {
      this.#context.report(error, { event: "adapter" });
    }
    this.#answer(to, id, [], true);
  }

  /**
   * What applications keep, and what clients answer, need not be anything that can be sent between servers: then each goes by
   * itself, or what `lessOf` leaves of it, or not at all.
   */
  #answerAll<T>(to: string, id: number, answers: readonly T[], done: boolean, lessOf?: (one: T) => readonly T[]): void {
    try {
      this.#answer(to, id, answers, done);
    } catch {
      for (const one of answers) this.#answerOne(to, id, [one, ...(lessOf?.(one) ?? [])]);
      if (done) this.#answer(to, id, [], true);
    }
  }

  /** The first of these that can be sent. */
  #answerOne(to: string, id: number, forms: readonly unknown[]): void {
    for (const [index, form] of forms.entries()) {
      try {
        this.#answer(to, id, [form], false);
        return;
      } catch (error) {
        if (index === 0) this.#context.report(error, { event: "adapter" });
      }
    }
  }

  #answer(to: string, id: number, answers: readonly unknown[], done: boolean): void {
    this.#context.publish({ kind: "answers", from: this.#id, to, id, answers, done });
  }
}

/** What is left of a socket of which not all can be sent: without what its client gave, without what its application keeps. */
function lessOf(description: SocketDescription): readonly SocketDescription[] {
  const handshake = { ...description.handshake, auth: {}, context: {} };
  return [
    { ...description, handshake },
    { ...description, data: {} },
    { ...description, handshake, data: {} },
  ];
}
