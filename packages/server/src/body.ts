// Reads a request's body: as text, up to a limit in bytes, and in a limited time. What is refused by its Content-Length is
// refused before a byte is read. Nothing is kept of a body that was cut off.

import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Clock } from "@wireway/protocol";
import { RequestError } from "./request-error.ts";
import { TimeLimit } from "./time-limit.ts";

/** The client went away before its body was complete: nobody is left to answer. */
export class RequestAborted extends Error {}

/** Who gets the body: one call of one of the two. */
export interface BodyTaker {
  bodyRead(body: string): void;
  /** With a RequestError (`unsupported_media_type`, `body_too_large`, `body_timeout`, `malformed_body`, `server_closed`) or RequestAborted. */
  refuse(error: Error): void;
}

type Readable = IncomingMessage & { body?: unknown };

interface Wanted {
  readonly request: Readable;
  readonly maxBytes: number;
  readonly taker: BodyTaker;
}

export class BodyReader {
  readonly #limit: TimeLimit<Reading>;
  /** Those of requests whose headers have only just come. */
  readonly #fresh: Wanted[] = [];

  constructor(timeoutMs: number, clock: Clock) {
    this.#limit = new TimeLimit(timeoutMs, clock, (reading) => {
      reading.fail(new RequestError("body_timeout", { limit: timeoutMs }));
    });
  }

  /** Whoever is still sending is told that nobody listens any more. */
  close(): void {
    for (const reading of [...this.#limit]) reading.fail(new RequestError("server_closed"));
  }

  /** Calls back at once where the body is there, or refused. */
  read(request: Readable, maxBytes: number, taker: BodyTaker): void {
    const refusal = refusalOf(request, maxBytes);
    if (refusal) return taker.refuse(refusal);
    const early = request.body;
    // Another middleware was faster: its text will do.
    if (typeof early === "string") {
      if (Buffer.byteLength(early) > maxBytes) taker.refuse(tooLarge(maxBytes));
      else taker.bodyRead(early);
      return;
    }
    if (request.readableEnded) {
      return taker.refuse(new RequestError("malformed_body", { why: "another middleware has read it" }));
    }
    if (request.complete) return this.#begin({ request, maxBytes, taker });
    // A small body comes in one piece with its headers, and is there as soon as Node is through with what has come.
    if (this.#fresh.length === 0) setImmediate(this.#beginAll);
    this.#fresh.push({ request, maxBytes, taker });
  }

  readonly #beginAll = (): void => {
    for (const wanted of this.#fresh.splice(0)) this.#begin(wanted);
  };

  #begin(wanted: Wanted): void {
    const { request, maxBytes, taker } = wanted;
    if (request.destroyed) taker.refuse(new RequestAborted());
    else if (!isThere(request)) this.#limit.start(new Reading(wanted, this.#limit));
    else if (request.readableLength > maxBytes) taker.refuse(tooLarge(maxBytes));
    else take((request.read() as Buffer | null) ?? none, taker);
  }
}

/** Whether all of it waits to be read, and nobody else is about to. */
function isThere(request: Readable): boolean {
  return request.complete && request.readableFlowing === null && request.readableEncoding === null;
}

function take(body: Buffer, taker: BodyTaker): void {
  if (isUtf8(body)) taker.bodyRead(body.toString());
  else taker.refuse(new RequestError("malformed_body", { why: "it is not UTF-8" }));
}

const none = Buffer.alloc(0);

/** A body that comes in pieces. */
class Reading {
  readonly #request: IncomingMessage;
  readonly #maxBytes: number;
  readonly #limit: TimeLimit<Reading>;
  #taker: BodyTaker | undefined;
  /** One block that grows. A peer may send chunks of one byte, and each takes hundreds where it is kept as it came. */
  #block: Buffer = none;
  #bytes = 0;

  constructor({ request, maxBytes, taker }: Wanted, limit: TimeLimit<Reading>) {
    this.#request = request;
    this.#maxBytes = maxBytes;
    this.#limit = limit;
    this.#taker = taker;
    request.on("data", this.#data).on("end", this.#end).on("close", this.#close).on("error", this.#close);
  }

  fail(error: Error): void {
    this.#release()?.refuse(error);
  }

  readonly #data = (chunk: Buffer): void => {
    const bytes = this.#bytes + chunk.length;
    if (bytes > this.#maxBytes) {
      this.fail(tooLarge(this.#maxBytes));
      return;
    }
    if (bytes > this.#block.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes, Math.min(2 * this.#block.length, this.#maxBytes)));
      this.#block.copy(larger, 0, 0, this.#bytes);
      this.#block = larger;
    }
    chunk.copy(this.#block, this.#bytes);
    this.#bytes = bytes;
  };

  readonly #end = (): void => {
    const body = this.#block.subarray(0, this.#bytes);
    const taker = this.#release();
    if (taker) take(body, taker);
  };

  readonly #close = (): void => this.fail(new RequestAborted());

  #release(): BodyTaker | undefined {
    const taker = this.#taker;
    this.#taker = undefined;
    this.#block = none;
    this.#limit.stop(this);
    const request = this.#request.off("data", this.#data).off("end", this.#end).off("close", this.#close);
    // An error that still comes must find somebody; it has nothing to say any more.
    if (taker) request.pause();
    return taker;
  }
}

/** Whether the request's headers announce a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function refusalOf({ headers }: IncomingMessage, maxBytes: number): RequestError | undefined {
  if (!isPlainText(headers["content-type"]) || (headers["content-encoding"] ?? "identity") !== "identity") {
    return new RequestError("unsupported_media_type");
  }
  return Number(headers["content-length"] ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined;
}

function isPlainText(given = ""): boolean {
  // As clients of ours say it.
  if (given === "text/plain" || given === "text/plain;charset=UTF-8") return true;
  const [type, ...parameters] = given.toLowerCase().split(";");
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith("charset="));
  return type?.trim() === "text/plain" && (charset ?? "charset=utf-8").replaceAll('"', "") === "charset=utf-8";
}

function tooLarge(limit: number): RequestError {
  return new RequestError("body_too_large", { limit });
}
