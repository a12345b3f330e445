// Writes whole WebSocket frames on the socket beneath a WebSocket: header and content leave as one piece, and what goes to
// many is made once. Only for a WebSocket of `ws` that shares its socket with nobody and compresses nothing, so that frames
// may stand between its own; any other one is given the content alone.
// Source: RFC 6455 section 5.2. Private parts of `ws`: `_socket`, which is looked at and not used.

import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/** A frame of a message as a text of bytes (latin1), or as bytes. */
export type Frame = string | Buffer;

const finalText = 0x81;
const finalBinary = 0x82;

/** Of larger contents the header goes in front as a piece of its own: copying would cost more. */
export const copiedBytes = 4_096;

/** Texts up to this length are handed over as they are; Node copies them in the same call. */
const latinCharacters = 16_384;

/** Whether frames may be written on the socket itself. */
export function takesFrames(webSocket: WebSocket, socket: Duplex): boolean {
  const { _socket: own } = webSocket as WebSocket & { readonly _socket?: unknown };
  return own === socket && webSocket.extensions === "";
}

/** The frame of a text. @param bytes its size in UTF-8. */
export function textFrame(text: string, bytes: number): Frame {
  // One byte for each character: ASCII.
  if (bytes === text.length && bytes <= latinCharacters) return latinHeader(finalText, bytes) + text;
  const header = headerBytes(bytes);
  const frame = Buffer.allocUnsafe(header + bytes);
  writeHeader(frame, finalText, bytes);
  frame.write(text, header);
  return frame;
}

/** The same for many: in a form that costs least to write often. */
export function sharedFrame(frame: Frame): Buffer {
  return typeof frame === "string" ? Buffer.from(frame, "latin1") : frame;
}

/** The frame of a binary message of at most `copiedBytes`. */
export function binaryFrame(data: Uint8Array): Buffer {
  const header = headerBytes(data.length);
  const frame = Buffer.allocUnsafe(header + data.length);
  writeHeader(frame, finalBinary, data.length);
  frame.set(data, header);
  return frame;
}

/** Writes the frame of a binary message. @param done called when it has left, or never will. */
export function writeBinary(socket: Duplex, data: Uint8Array, done: () => void): void {
  if (data.length <= copiedBytes) {
    socket.write(binaryFrame(data), done);
    return;
  }
  const header = headerBytes(data.length);
  const front = Buffer.allocUnsafe(header);
  writeHeader(front, finalBinary, data.length);
  socket.cork();
  socket.write(front);
  socket.write(data, done);
  socket.uncork();
}

/** Writes a frame. @param done called when it has left, or never will. */
export function writeFrame(socket: Duplex, frame: Frame, done: () => void): void {
  if (typeof frame === "string") socket.write(frame, "latin1", done);
  else socket.write(frame, done);
}

function headerBytes(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}

function latinHeader(first: number, length: number): string {
  if (length < 126) return String.fromCharCode(first, length);
  return String.fromCharCode(first, 126, length >> 8, length & 255);
}

function writeHeader(frame: Buffer, first: number, length: number): void {
  frame[0] = first;
  if (length < 126) {
    frame[1] = length;
  } else if (length < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUIntBE(0, 2, 4);
    frame.writeUInt32BE(length, 6);
  }
}
