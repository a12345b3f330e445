// One opened stream of the server's packets, `streaming` or `sse`, and what was seen while it was opened.

import type { IncomingMessage } from "node:http";
import { EventStreamDecoder, type Packet, RecordDecoder } from "@wireway/protocol";
import type { Target } from "../target.ts";
import { type Answer, decoded, failureOf, type OpenExchange, open } from "./exchange.ts";
import { PacketInbox } from "./packet-inbox.ts";
import { claim, post } from "./words.ts";

export type StreamName = "streaming" | "sse";

/** Wishes for a stream that is not held back, in the order in which clients try them. */
export type Hold = "" | "1" | "2";

const contentTypes: Readonly<Record<StreamName, string>> = {
  streaming: "application/octet-stream",
  sse: "text/event-stream",
};

const maxMessageBytes = 67_108_864;

export class Stream {
  readonly inbox: PacketInbox = new PacketInbox();
  /** An answer that is no stream; undefined while there is none. */
  refusal: Answer | undefined;
  /** The response's head, once it came. */
  head: IncomingMessage | undefined;
  readonly startedMs: number;
  readonly #exchange: OpenExchange;

  private constructor(exchange: OpenExchange, startedMs: number, name: StreamName) {
    this.#exchange = exchange;
    this.startedMs = startedMs;
    this.#read(name).catch((error: unknown) => this.inbox.end(failureOf(error).message));
  }

  /** Asks for a stream; what comes of it is told by its inbox. @throws {ExchangeFailure} by `sse`'s ticket */
  static async dial(target: Target, name: StreamName, nonce: string, hold: Hold): Promise<Stream> {
    const startedMs = performance.now();
    const query = { transport: name, ...(hold !== "" && { hold }) };
    if (name === "streaming") {
      return new Stream(open(target, { method: "POST", query, body: claim(nonce) }), startedMs, name);
    }
    const answer = await post(target, name, "ticket", claim(nonce));
    const ticket = ticketIn(answer);
    const accept = "text/event-stream";
    const question = { method: "GET", query: { ...query, ticket: ticket ?? "" }, headers: { accept } } as const;
    const stream = new Stream(
      ticket === undefined
        ? { head: Promise.reject(new Error("no ticket")), destroy: () => undefined }
        : open(target, question),
      startedMs,
      name,
    );
    if (ticket === undefined) stream.refusal = answer;
    return stream;
  }

  destroy(): void {
    this.#exchange.destroy();
    this.inbox.end("given up");
  }

  async #read(name: StreamName): Promise<void> {
    const head = await this.#exchange.head;
    this.head = head;
    const { statusCode: status = 0, headers } = head;
    const body = decoded(head);
    if (status !== 200 || !headers["content-type"]?.startsWith(contentTypes[name])) {
      this.refusal = { status, headers, text: await beginning(body), tookMs: performance.now() - this.startedMs };
      return this.inbox.end(`answered ${status}`);
    }
    const decoder: { push(chunk: Uint8Array): Packet[] } =
      name === "sse" ? new EventStreamDecoder(maxMessageBytes) : new RecordDecoder(maxMessageBytes);
    for await (const chunk of body as AsyncIterable<Buffer>) this.inbox.push(decoder.push(chunk));
    this.inbox.end("the response ended");
  }
}

function ticketIn({ status, text }: Answer): string | undefined {
  try {
    const { ticket } = JSON.parse(text) as { ticket?: unknown };
    return status === 200 && typeof ticket === "string" ? ticket : undefined;
  } catch {
    return undefined;
  }
}

async function beginning(body: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of body) {
    text += String(chunk);
    if (text.length > 65_536) break;
  }
  return text;
}
