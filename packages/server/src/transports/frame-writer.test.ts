import { PassThrough, type Writable } from "node:stream";
import { expect, it } from "vitest";
import * as ws from "ws";
import { sharedFrame, textFrame, writeBinary, writeFrame } from "./frame-writer.ts";

/** Exported, and not declared. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: { isServer: boolean }) => Writable };

const done = (): void => undefined;

/** What a WebSocket client reads of what is written. */
function read(write: (socket: PassThrough) => void): { data: Buffer; isBinary: boolean }[] {
  const socket = new PassThrough({ highWaterMark: 10_000_000 });
  write(socket);
  const receiver = new Receiver({ isServer: false });
  const messages: { data: Buffer; isBinary: boolean }[] = [];
  receiver.on("message", (data: Buffer, isBinary: boolean) => messages.push({ data, isBinary }));
  receiver.write(socket.read() as Buffer);
  return messages;
}

const lengths = [0, 1, 125, 126, 127, 4_096, 4_097, 16_384, 16_385, 65_535, 65_536, 70_000];

it.each(lengths)("frames a text of %i characters, ASCII or not, and the same for many", (length) => {
  for (const character of ["a", "é", "\u{1f600}"]) {
    const text = character.repeat(length);
    const frame = textFrame(text, Buffer.byteLength(text));
    const both = read((socket) => {
      writeFrame(socket, frame, done);
      writeFrame(socket, sharedFrame(frame), done);
    });
    expect(both.map(({ isBinary }) => isBinary)).toEqual([false, false]);
    for (const { data } of both) expect(data.toString() === text).toBe(true);
  }
});

it.each(lengths)("frames %i bytes", (length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => index);
  const [message, ...others] = read((socket) => writeBinary(socket, bytes, done));
  expect(others).toEqual([]);
  expect(message?.isBinary).toBe(true);
  expect(Buffer.compare(message?.data ?? Buffer.alloc(0), bytes)).toBe(0);
});
