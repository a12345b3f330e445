// The answer to an ordinary upgrade, written at once. Whatever else an upgrade may be (wrong, of another version, with
// subprotocols) is left to `ws`, so that one place knows those rules.
// Source: RFC 6455, sections 4.2.1 and 4.2.2.

import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { writeDirect, writeStream } from "./transports/direct-socket.ts";
import { LateWebSocket } from "./transports/late-web-socket.ts";

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** 16 bytes in base64. */
const keys = /^[+/0-9A-Za-z]{22}==$/;

const nobody = { left: (): void => undefined };

/** @returns whether the socket speaks WebSocket from now on; if not, nothing was done. */
export function answerUpgrade({ method, headers }: IncomingMessage, socket: Duplex, head: Buffer): boolean {
  const key = headers["sec-websocket-key"];
  const isOrdinary =
    method === "GET" &&
    headers.upgrade?.toLowerCase() === "websocket" &&
    headers["sec-websocket-version"] === "13" &&
    headers["sec-websocket-protocol"] === undefined;
  if (!isOrdinary || key === undefined || !keys.test(key) || !socket.readable || !socket.writable) return false;
  const answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${hash("sha1", key + guid, "base64")}\r\n\r\n`;
  const write = socket.writableLength > 0 || "encrypted" in socket ? writeStream : writeDirect;
  write(socket as Socket, answer, nobody);
  new LateWebSocket().setSocket(socket as Socket, head);
  return true;
}
