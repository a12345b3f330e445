// Bytes on a bare TCP connection, for what no HTTP or WebSocket client would send: broken requests, broken frames, half a
// body. Nothing is corrected on the way; what comes back is kept as it is.

import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A connection that ends with the test. */
export function connectRaw(port: number): Socket {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  // The server may cut it at any time, and that is what is looked at.
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Sends bytes and reads until the server ends the connection. */
export async function exchangeRaw(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connectRaw(port);
  socket.write(bytes);
  return readRaw(socket);
}

/** What comes until the server ends the connection, or cuts it. */
export function readRaw(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => socket.destroy());
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

/** The status of every answer in what was read. */
export function statusesOf(read: string): number[] {
  return [...read.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** A request's head. Header lines are written as they are. */
export function headOf(method: string, url: string, lines: readonly string[] = []): string {
  return `${[`${method} ${url} HTTP/1.1`, "Host: 127.0.0.1", ...lines].join("\r\n")}\r\n\r\n`;
}

/** What an upgrade wants, in header lines. */
export const upgradeLines: readonly string[] = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
];

export interface FrameParts {
  readonly opcode: number;
  readonly payload?: string | Uint8Array;
  /** @default true */
  readonly fin?: boolean;
  /** The three reserved bits. @default 0 */
  readonly reserved?: number;
  /** @default true */
  readonly masked?: boolean;
  /** The length that the header names, where it is not the payload's; in eight bytes. */
  readonly length?: bigint;
}

/** One frame of RFC 6455, well made or not. */
export function frame({ opcode, payload = "", fin = true, reserved = 0, masked = true, length }: FrameParts): Buffer {
  const body = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  let head: Buffer;
  if (length !== undefined || body.length > 65_535) {
    head = Buffer.alloc(10);
    head.writeBigUInt64BE(length ?? BigInt(body.length), 2);
    head[1] = maskBit | 127;
  } else if (body.length > 125) {
    head = Buffer.alloc(4);
    head.writeUInt16BE(body.length, 2);
    head[1] = maskBit | 126;
  } else head = Buffer.from([0, maskBit | body.length]);
  head[0] = first;
  // A mask of zeroes is one too, and leaves the payload readable.
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), body]);
}

/** An upgraded connection. */
export class RawWebSocket {
  readonly socket: Socket;
  /** Code of the server's close frame; 1006 when the connection ended without one. */
  readonly closed: Promise<number>;
  #read: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on("data", (chunk) => {
        this.#read = Buffer.concat([this.#read, chunk]);
        const code = this.#closeCode();
        if (code !== undefined) resolve(code);
      });
      socket.on("end", () => socket.destroy());
      socket.on("close", () => resolve(1006));
    });
  }

  static async open(port: number, url = "/wireway/?v=1&transport=websocket"): Promise<RawWebSocket> {
    const socket = connectRaw(port);
    socket.write(headOf("GET", url, upgradeLines));
    await new Promise<void>((resolve, reject) => {
      socket.once("data", (head) => {
        if (head.toString("latin1").startsWith("HTTP/1.1 101 ")) resolve();
        else reject(new Error("not upgraded"));
      });
    });
    return new RawWebSocket(socket);
  }

  write(...frames: readonly FrameParts[]): void {
    this.socket.write(Buffer.concat(frames.map(frame)));
  }

  /** Reads the server's frames, which are small or have 16-bit lengths in these tests, up to a close. */
  #closeCode(): number | undefined {
    for (;;) {
      const [first = 0, second = 0] = this.#read;
      const start = second === 126 ? 4 : second === 127 ? 10 : 2;
      if (this.#read.length < start) return undefined;
      const length =
        second === 126 ? this.#read.readUInt16BE(2) : second === 127 ? Number(this.#read.readBigUInt64BE(2)) : second;
      if (this.#read.length < start + length) return undefined;
      if ((first & 0x0f) === 8) return length >= 2 ? this.#read.readUInt16BE(start) : 1005;
      this.#read = this.#read.subarray(start + length);
    }
  }
}
