// An HTTP/1.1 connection for one request after the other, opened when there is one and kept alive; costs next to nothing: one read buffer for all,
// and of an answer only its status and length are looked at.
// Source: RFC 9112, sections 6 and 7.1.

import { connect, type Socket } from "node:net";
import { browserHeaders } from "./browser-headers.ts";

export interface AnswerSink {
  /** A part of the body: `chunk` from `start` to `end`. Good until the call returns. */
  part(chunk: Buffer, start: number, end: number): void;
  /** The answer is complete: the next request may go. */
  ended(): void;
  /** Everything of a chunk was read. */
  rested?(): void;
}

export interface RawHttpOptions {
  readonly port: number;
  readonly lost: (error: Error) => void;
}

/** Node hands over every chunk before it reads the next, so one buffer serves all sockets. */
const shared = Buffer.allocUnsafeSlow(262_144);

const [cr, lf] = [13, 10] as const;

/** Servers close connections that were idle for 5 s: one that was is not trusted with a request. */
const idleMs = 4_000;

/** `length`: a body of known length. `size`: the line before a chunk. `chunk`: a chunk and the line's end behind it. */
type Reading = "head" | "length" | "size" | "chunk" | "last";

export class RawHttp {
  readonly #port: number;
  readonly #headers: string;
  readonly #lost: (error: Error) => void;
  /** Undefined until it is needed, and again when the server has closed it for being idle. */
  #socket: Socket | undefined;
  #usedAt = 0;
  #earlier = { read: 0, written: 0 };
  #sink: AnswerSink | undefined;
  #reading: Reading = "head";
  /** What came of a head that is not complete. */
  #head = "";
  /** Bytes of the body or the chunk that are still to come. */
  #rest = 0;
  #isClosed = false;

  constructor({ port, lost }: RawHttpOptions) {
    this.#port = port;
    this.#lost = lost;
    this.#headers = browserHeaders(port);
  }

  get(path: string, sink: AnswerSink): void {
    this.#write(`GET ${path} HTTP/1.1\r\n${this.#headers}\r\n`, sink);
  }

  /** `body` in ASCII. */
  post(path: string, body: string, sink: AnswerSink): void {
    this.#write(
      `POST ${path} HTTP/1.1\r\n${this.#headers}Content-Type: text/plain;charset=UTF-8\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
      sink,
    );
  }

  bytes(): { read: number; written: number } {
    const { read, written } = this.#earlier;
    return { read: read + (this.#socket?.bytesRead ?? 0), written: written + (this.#socket?.bytesWritten ?? 0) };
  }

  lose(error: Error): void {
    if (this.#isClosed) return;
    this.close();
    this.#lost(error);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  #write(request: string, sink: AnswerSink): void {
    if (this.#sink) throw new Error("the last request was not answered yet");
    const now = performance.now();
    if (now - this.#usedAt > idleMs) this.#leave();
    this.#usedAt = now;
    this.#sink = sink;
    this.#socket ??= this.#open();
    this.#socket.write(request, "latin1");
  }

  #open(): Socket {
    const socket = connect({
      port: this.#port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length) => {
          this.#received(length);
          return true;
        },
      },
    });
    const ended = (error: Error): void => {
      if (socket !== this.#socket) return;
      if (this.#sink) this.lose(error);
      else this.#leave();
    };
    socket.on("error", ended);
    socket.on("close", () => ended(new Error("the server closed the connection")));
    return socket;
  }

  #leave(): void {
    this.#earlier = this.bytes();
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #received(length: number): void {
    const sink = this.#sink;
    try {
      let at = 0;
      while (at < length && !this.#isClosed) at = this.#read(at, length);
    } catch (error) {
      this.lose(error as Error);
    }
    if (!this.#isClosed) sink?.rested?.();
  }

  /** @returns where it goes on. */
  #read(at: number, length: number): number {
    switch (this.#reading) {
      case "head":
        return this.#readHead(at, length);
      case "length":
      case "chunk":
        return this.#readBody(at, Math.min(length, at + this.#rest));
      case "size":
      case "last":
        return this.#readLine(at, length);
    }
  }

  #readHead(at: number, length: number): number {
    // An answer's head nearly always comes in one piece.
    const known = this.#head.length;
    this.#head += shared.toString("latin1", at, length);
    const end = this.#head.indexOf("\r\n\r\n", Math.max(0, known - 3));
    if (end < 0) return length;
    const head = this.#head.slice(0, end);
    this.#head = "";
    if (!head.startsWith("HTTP/1.1 200")) {
      throw new Error(`${head.slice(0, head.indexOf("\r"))}: ${shared.toString("latin1", at, length).slice(-200)}`);
    }
    const contentLength = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    this.#reading = contentLength === undefined ? "size" : "length";
    this.#rest = Number(contentLength ?? 0);
    if (contentLength === undefined && !/\r\ntransfer-encoding: chunked/i.test(head)) throw new Error("no length");
    if (contentLength !== undefined && this.#rest === 0) this.#end();
    return at + (end + 4 - known);
  }

  #readBody(at: number, end: number): number {
    this.#rest -= end - at;
    this.#sink?.part(shared, at, end);
    if (this.#rest > 0) return end;
    if (this.#reading === "length") this.#end();
    else this.#reading = "size";
    return end;
  }

  /** A chunk's size; behind a chunk an empty line comes first. */
  #readLine(at: number, length: number): number {
    let next = at;
    while (next < length) {
      const byte = shared[next++] as number;
      if (byte === cr) continue;
      if (byte !== lf) {
        this.#head += String.fromCharCode(byte);
        continue;
      }
      if (this.#reading === "last") {
        this.#end();
        return next;
      }
      if (this.#head === "") continue;
      this.#rest = Number.parseInt(this.#head, 16);
      this.#head = "";
      this.#reading = this.#rest === 0 ? "last" : "chunk";
      return next;
    }
    return next;
  }

  #end(): void {
    this.#reading = "head";
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.ended();
  }
}
