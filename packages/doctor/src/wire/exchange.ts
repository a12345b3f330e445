// One HTTP exchange, as a page would make it: same headers, same kept connections, answers decoded. Everything that is not
// an answer is told as a failure with a kind.
// Not `fetch`: the examination has to see heads, broken connections and certificates as they are.

import { type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import type { Readable } from "node:stream";
import { constants, createBrotliDecompress, createUnzip } from "node:zlib";
import type { Target } from "../target.ts";
import { within } from "./within.ts";

/** Bytes of an answer that are kept; the rest is read and forgotten. */
const keptBytes = 1_048_576;
/** A kept connection that breaks later than this was not about to be closed when it was used. */
const staleMs = 500;

export interface Question {
  readonly method: "GET" | "POST";
  readonly query: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole exchange. @default the target's */
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** From the request's start to the end of the answer. */
  readonly tookMs: number;
}

/** `silent`: no answer in time; `cut`: the connection broke; `not_http`: what came is no HTTP. */
type FailureKind = "silent" | "cut" | "not_http" | "other";

export class ExchangeFailure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** An exchange whose answer may never end. */
export interface OpenExchange {
  /** @throws {ExchangeFailure} by rejection */
  readonly head: Promise<IncomingMessage>;
  destroy(): void;
}

export function open(target: Target, question: Question): OpenExchange {
  let request: ClientRequest | undefined;
  let isDestroyed = false;
  const attempt = async (): Promise<IncomingMessage> => {
    const startedMs = performance.now();
    const started = start(target, question);
    request = started;
    try {
      return await headOf(started);
    } catch (error) {
      // A kept connection that the peer was just closing says nothing of the way.
      const isStale = started.reusedSocket && performance.now() - startedMs < staleMs;
      if (isStale && !isDestroyed && (error as ExchangeFailure).kind === "cut") return attempt();
      throw error;
    }
  };
  const head = attempt();
  head.catch(() => undefined);
  return {
    head,
    destroy: () => {
      isDestroyed = true;
      request?.destroy();
    },
  };
}

/** @throws {ExchangeFailure} */
export async function ask(target: Target, question: Question): Promise<Answer> {
  const startedMs = performance.now();
  const timeoutMs = question.timeoutMs ?? target.timeoutMs;
  const exchange = open(target, question);
  const whole = exchange.head.then(async (response) => {
    const text = await textOf(response);
    const { statusCode: status = 0, headers } = response;
    return { status, headers, text, tookMs: performance.now() - startedMs };
  });
  const answer = await within(whole, timeoutMs);
  if (answer !== "late") return answer;
  exchange.destroy();
  throw new ExchangeFailure("silent", `no answer within ${timeoutMs} ms`);
}

/** The body as the server wrote it, as it comes. */
export function decoded(response: IncomingMessage): Readable {
  const encoding = response.headers["content-encoding"] ?? "identity";
  if (encoding === "br")
    return response.pipe(createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }));
  if (/^(?:x-)?gzip$|^deflate$/.test(encoding)) {
    return response.pipe(createUnzip({ finishFlush: constants.Z_SYNC_FLUSH }));
  }
  return response;
}

/** Its kind, and the words of the platform. */
export function failureOf(error: unknown): ExchangeFailure {
  if (error instanceof ExchangeFailure) return error;
  const { code = "", message = String(error) } = error as Partial<NodeJS.ErrnoException>;
  if (code.startsWith("HPE_")) return new ExchangeFailure("not_http", message);
  if (/^(?:ECONNRESET|EPIPE|ECONNABORTED)$/.test(code) || /hang up|aborted/.test(message)) {
    return new ExchangeFailure("cut", `connection broken off (${code || message})`);
  }
  return new ExchangeFailure("other", code && !message.includes(code) ? `${message} (${code})` : message);
}

function start(target: Target, { method, query, body, headers }: Question): ClientRequest {
  const send = target.isSecure ? secureRequest : plainRequest;
  const request = send(target.address(query), {
    method,
    agent: target.agent,
    headers: {
      "accept-encoding": "gzip, deflate, br",
      "cache-control": "no-cache",
      "user-agent": "wireway-doctor",
      ...(body !== undefined && {
        "content-type": "text/plain;charset=UTF-8",
        "content-length": Buffer.byteLength(body),
      }),
      ...headers,
      ...target.headers,
    },
  });
  return request.end(body);
}

function headOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    // Stays: an error may still come when the head is there.
    request.on("error", (error) => reject(failureOf(error)));
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decoded(response) as AsyncIterable<Buffer>) {
      if (bytes < keptBytes) chunks.push(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw failureOf(error);
  }
  return Buffer.concat(chunks).toString();
}
