// Bytes on a bare TCP connection, for what no HTTP or WebSocket client would send: broken requests, broken frames, half a
// body. Nothing is corrected on the way; what comes back is kept as it is.

import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { type FrameParts, frame, headOf, upgradeLines } from "./raw-bytes.ts";

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
