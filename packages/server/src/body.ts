// Reads a request's body: as text, up to a limit in bytes, and in a limited time. What is refused by its Content-Length is
// refused before a byte is read. Nothing is kept of a body that was cut off.

import type { IncomingMessage } from "node:http";
import type { Clock } from "@wireway/protocol";
import { RequestError } from "./request-error.ts";
import { TimeLimit } from "./time-limit.ts";

/** The client went away before its body was complete: nobody is left to answer. */
export class RequestAborted extends Error {}

export class BodyReader {
  readonly #limit: TimeLimit<Reading>;

  constructor(timeoutMs: number, clock: Clock) {
    this.#limit = new TimeLimit(timeoutMs, clock, (reading) => {
      reading.fail(new RequestError("body_timeout", { limit: timeoutMs }));
    });
  }

  /** Whoever is still sending is told that nobody listens any more. */
  close(): void {
    for (const reading of [...this.#limit]) reading.fail(new RequestError("server_closed"));
  }

  /** @throws {RequestError} `unsupported_media_type`, `body_too_large`, `body_timeout`, `malformed_body`; RequestAborted */
  async read(request: IncomingMessage & { body?: unknown }, maxBytes: number): Promise<string> {
    checkType(request);
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    const early = request.body;
    // Another middleware was faster: its text will do.
    if (typeof early === "string") return checked(early, maxBytes);
    if (request.readableEnded) throw new RequestError("malformed_body", { why: "another middleware has read it" });
    return this.#read(request, maxBytes);
  }

  async #read(request: IncomingMessage, maxBytes: number): Promise<string> {
    const reading = new Reading(request, maxBytes);
    this.#limit.start(reading);
    try {
      return decode(await reading.done);
    } finally {
      this.#limit.stop(reading);
    }
  }
}

class Reading {
  readonly done: Promise<Buffer>;
  readonly #request: IncomingMessage;
  readonly #maxBytes: number;
  /** One block that grows. A peer may send chunks of one byte, and each takes hundreds where it is kept as it came. */
  #block: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #settle: { resolve: (body: Buffer) => void; reject: (error: Error) => void } | undefined;

  constructor(request: IncomingMessage, maxBytes: number) {
    this.#request = request;
    this.#maxBytes = maxBytes;
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    request.on("data", this.#data).on("end", this.#end).on("close", this.#close).on("error", this.#close);
  }

  fail(error: Error): void {
    this.#block = Buffer.alloc(0);
    this.#release()?.reject(error);
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

  readonly #end = (): void => this.#release()?.resolve(this.#block.subarray(0, this.#bytes));

  readonly #close = (): void => this.fail(new RequestAborted());

  #release(): { resolve: (body: Buffer) => void; reject: (error: Error) => void } | undefined {
    const settle = this.#settle;
    this.#settle = undefined;
    const request = this.#request.off("data", this.#data).off("end", this.#end).off("close", this.#close);
    // An error that still comes must find somebody; it has nothing to say any more.
    if (settle) request.pause();
    return settle;
  }
}

/** Whether the request's headers announce a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function checkType({ headers }: IncomingMessage): void {
  const [type, ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith("charset="));
  const plain = type?.trim() === "text/plain" && (charset ?? "charset=utf-8").replaceAll('"', "") === "charset=utf-8";
  const encoding = headers["content-encoding"] ?? "identity";
  if (!plain || encoding !== "identity") throw new RequestError("unsupported_media_type");
}

function checked(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) > maxBytes) throw tooLarge(maxBytes);
  return text;
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new RequestError("malformed_body", { why: "it is not UTF-8" });
  }
}

function tooLarge(limit: number): RequestError {
  return new RequestError("body_too_large", { limit });
}
