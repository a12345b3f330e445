// What the frames of a WebSocket hold, for the packets of one write: texts are payloads, binary messages stand alone. A
// broadcast hands the same run of messages to one session after the other, so that the last run's are kept: put together
// once, framed once.
// Not here: how they are written (frame-writer).

import { encodePacket, type Packet, payloadParts, payloadSeparator } from "@wireway/protocol";
import { type Frame, sharedFrame, textFrame } from "./frame-writer.ts";
import { isSameRun } from "./same-run.ts";

/** Where a text frame ends, in UTF-16 units, unless one packet is longer. */
export const frameCharacters = 65_536;

/** A text frame may hold `frameCharacters` UTF-16 units of up to three bytes each, and two bytes beside each packet. */
export function maxFrameBytes(maxMessageBytes: number): number {
  return Math.max(maxMessageBytes + 1_024, 4 * frameCharacters);
}

/** Of one frame. */
export interface Content {
  readonly data: string | Uint8Array;
  readonly bytes: number;
  /** The whole frame of a text, once it was asked for. */
  frame: Frame | undefined;
}

/** The last run of messages, while it may be asked for again. */
let last: { readonly packets: readonly Packet[]; readonly contents: readonly Content[] } | undefined;

/** In order. */
export function contentsOf(packets: readonly Packet[]): readonly Content[] {
  if (last && isSameRun(last.packets, packets)) {
    for (const content of last.contents) if (content.frame !== undefined) content.frame = sharedFrame(content.frame);
    return last.contents;
  }
  const contents = packets.length === 1 ? [contentOf(packets[0] as Packet)] : allContents(packets);
  last = { packets, contents };
  return contents;
}

function allContents(packets: readonly Packet[]): readonly Content[] {
  const contents: Content[] = [];
  let start = 0;
  for (let index = 0; index <= packets.length; index++) {
    const data = packets[index]?.data;
    if (typeof data === "string") continue;
    if (index > start) addTexts(contents, packets, start, index);
    if (data) contents.push({ data, bytes: data.length, frame: undefined });
    start = index + 1;
  }
  return contents;
}

function contentOf(packet: Packet): Content {
  const { data } = packet;
  return typeof data === "string" ? textOf([packet]) : { data, bytes: data.length, frame: undefined };
}

/** The frame of a text. */
export function frameOf(content: Content): Frame {
  content.frame ??= textFrame(content.data as string, content.bytes);
  return content.frame;
}

function addTexts(contents: Content[], packets: readonly Packet[], start: number, end: number): void {
  const run = start === 0 && end === packets.length ? packets : packets.slice(start, end);
  for (const part of payloadParts(run, frameCharacters)) contents.push(textOf(part));
}

/**
 * The payload. Of a message the text is put together here, and not kept with it as the codec does: the frame is what is kept
 * while others may want it.
 */
function textOf(packets: readonly Packet[]): Content {
  let data = "";
  // The separators between them.
  let bytes = packets.length - 1;
  for (const packet of packets) {
    if (data !== "") data += payloadSeparator;
    const text =
      packet.type === "message" && typeof packet.data === "string" ? `4${packet.data}` : encodePacket(packet);
    bytes += packet.type === "message" && packet.bytes !== undefined ? packet.bytes + 1 : Buffer.byteLength(text);
    data += text;
  }
  return { data, bytes, frame: undefined };
}
