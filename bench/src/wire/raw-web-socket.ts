// A WebSocket client that costs next to nothing: one read buffer for all connections, frames that were made before, and a
// reader that keeps nothing. Answers pings, and takes a close for a failure.
// Not here: what frames mean (the systems).

import { connect, type Socket } from "node:net";
import { browserHeaders } from "./browser-headers.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { maskedFrame, opcodes } from "./masked-frame.ts";

export interface RawWebSocketOptions {
  readonly port: number;
  readonly path: string;
  readonly sink: FrameSink;
  /** Everything of a chunk was read. */
  readonly rested?: () => void;
  readonly lost: (error: Error) => void;
  /** The handshake is over. */
  readonly opened: (socket: RawWebSocket) => void;
}

/** Node hands over every chunk before it reads the next, so one buffer serves all sockets. */
const shared = Buffer.allocUnsafeSlow(262_144);

const endOfHead = Buffer.from("\r\n\r\n");

export class RawWebSocket {
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #options: RawWebSocketOptions;
  /** What came of the handshake's answer; undefined when that is over. */
  #head: Buffer | undefined = Buffer.alloc(0);
  #closed = false;

  constructor(options: RawWebSocketOptions) {
    this.#options = options;
    this.#reader = new FrameReader(new ControlFrames(options.sink, this));
    this.#socket = connect({
      port: options.port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length) => {
          this.#read(length);
          return true;
        },
      },
    });
    this.#socket.on("connect", () => this.#socket.write(handshake(options)));
    this.#socket.on("error", (error) => this.lose(error));
    this.#socket.on("close", () => this.lose(new Error("the server closed the connection")));
  }

  bytes(): { read: number; written: number } {
    return { read: this.#socket.bytesRead, written: this.#socket.bytesWritten };
  }

  write(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** Each in a write of its own. */
  writeEach(frames: readonly Buffer[]): void {
    for (const frame of frames) this.#socket.write(frame);
  }

  lose(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#options.lost(error);
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #read(length: number): void {
    if (this.#closed) return;
    try {
      if (this.#head) this.#readHead(shared.subarray(0, length));
      else this.#reader.read(shared, length);
    } catch (error) {
      this.lose(error as Error);
    }
    this.#options.rested?.();
  }

  #readHead(chunk: Buffer): void {
    const head = Buffer.concat([this.#head ?? chunk, chunk]);
    const end = head.indexOf(endOfHead);
    this.#head = head;
    if (end < 0) return;
    this.#head = undefined;
    const line = head.toString("latin1", 0, head.indexOf("\r\n"));
    if (!line.startsWith("HTTP/1.1 101")) throw new Error(`no upgrade: ${line}`);
    this.#options.opened(this);
    const rest = head.subarray(end + endOfHead.length);
    this.#reader.read(rest, rest.length);
  }
}

/** Keeps control frames away from the systems. */
class ControlFrames implements FrameSink {
  readonly #sink: FrameSink;
  readonly #webSocket: RawWebSocket;
  #opcode = 0;
  #data = "";

  constructor(sink: FrameSink, webSocket: RawWebSocket) {
    this.#sink = sink;
    this.#webSocket = webSocket;
  }

  began(opcode: number, length: number): void {
    this.#opcode = opcode;
    this.#data = "";
    if (opcode < opcodes.close) this.#sink.began(opcode, length);
  }

  part(chunk: Buffer, start: number, end: number): void {
    if (this.#opcode < opcodes.close) this.#sink.part(chunk, start, end);
    else this.#data += chunk.toString("latin1", start, end);
  }

  ended(): void {
    if (this.#opcode < opcodes.close) this.#sink.ended();
    else if (this.#opcode === opcodes.ping) {
      this.#webSocket.write(maskedFrame(opcodes.pong, Buffer.from(this.#data, "latin1")));
    } else if (this.#opcode === opcodes.close) {
      this.#webSocket.lose(new Error(`the server closed: ${this.#data.slice(2)}`));
    }
  }
}

function handshake({ port, path }: RawWebSocketOptions): string {
  return (
    `GET ${path} HTTP/1.1\r\n${browserHeaders(port)}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
  );
}
