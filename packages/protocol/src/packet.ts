// What crosses a connection: Engine.IO 4 packets. Of the seven only messages are counted, confirmed and sent again;
// the rest speak about the session or the connection. Bytes are the codec's business.
// Source: https://socket.io/docs/v4/engine-io-protocol/ (packet type 5, "upgrade" there, is `redirect` here).

export type ControlType = "open" | "close" | "ping" | "pong" | "redirect" | "noop";

/** A packet about the session or the connection; never counted. `data` is JSON or a decimal count, by type. */
export interface ControlPacket {
  readonly type: ControlType;
  readonly data: string;
}

/** A counted packet. `data` is an envelope: text, or one binary block for an event with binary arguments. */
export interface MessagePacket {
  readonly type: "message";
  readonly data: MessageData;
  /** Size of `data` in bytes (UTF-8 for text), where it is known. */
  readonly bytes?: number;
}

export type Packet = ControlPacket | MessagePacket;
export type PacketType = Packet["type"];
export type MessageData = string | Uint8Array;

/**
 * A message on its way out. One object serves every receiver of a broadcast: outboxes point at it, and the codec keeps
 * the text that it made of it, so that it is encoded once however many connections carry it.
 */
export interface Message extends MessagePacket {
  /** Size of `data` in bytes (UTF-8 for text). */
  readonly bytes: number;
  /** The packet as text, once somebody asked the codec for it; never for a binary one. */
  encoded: string | undefined;
}

/** What a message costs beside its bytes, so that a limit in bytes also bounds the number of empty messages. */
export const messageOverheadBytes = 64;

export function createMessage(data: MessageData, bytes: number = sizeOf(data)): Message {
  return { type: "message", data, bytes, encoded: undefined };
}

/** In bytes (UTF-8 for text). */
export function sizeOf(data: MessageData): number {
  return typeof data === "string" ? utf8Length(data) : data.byteLength;
}

const wide = /[^\0-\x7f]/;

/** Bytes that a text takes in UTF-8. Counts by hand because the platforms' own ways allocate or differ. */
export function utf8Length(text: string): number {
  // Most texts are ASCII, and an expression finds that out in half the time.
  if (!wide.test(text)) return text.length;
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      // A pair is two units and four bytes.
      bytes += 2;
      index++;
    } else bytes += 2;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
