// What is said on a bare TCP connection, as bytes: heads of requests and frames of WebSockets, well made or not. Nothing is
// checked and nothing corrected.

import { randomBytes } from "node:crypto";

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
