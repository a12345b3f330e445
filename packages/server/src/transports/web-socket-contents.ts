// What the frames of a WebSocket hold, for the packets of one write: texts are payloads, binary messages stand alone. A
// broadcast hands the same run of messages to one session after the other, so that the last run's are kept: put together
// once, framed once.
// Not here: how they are written (frame-writer).

import { encodePayload, type Packet, payloadParts } from "@wireway/protocol";
import { type Frame, sharedFrame, textFrame } from "./frame-writer.ts";

/** Where a text frame ends, in UTF-16 units, unless one packet is longer. */
export const frameCharacters = 65_536;

/** Of one frame. */
export interface Content {
  readonly data: string | Uint8Array;
  /** The whole frame of a text, once it was asked for. */
  frame: Frame | undefined;
}

/** The last run of messages, while it may be asked for again. */
let last: { readonly packets: readonly Packet[]; readonly contents: readonly Content[] } | undefined;

/** In order. */
export function contentsOf(packets: readonly Packet[]): readonly Content[] {
  if (last && isSame(last.packets, packets)) {
    for (const content of last.contents) if (content.frame !== undefined) content.frame = sharedFrame(content.frame);
    return last.contents;
  }
  const contents: Content[] = [];
  let start = 0;
  for (let index = 0; index <= packets.length; index++) {
    const data = packets[index]?.data;
    if (typeof data === "string") continue;
    if (index > start) addTexts(contents, packets, start, index);
    if (data) contents.push({ data, frame: undefined });
    start = index + 1;
  }
  last = { packets, contents };
  return contents;
}

/** The frame of a text. */
export function frameOf(content: Content): Frame {
  content.frame ??= textFrame(content.data as string);
  return content.frame;
}

function addTexts(contents: Content[], packets: readonly Packet[], start: number, end: number): void {
  const run = start === 0 && end === packets.length ? packets : packets.slice(start, end);
  for (const part of payloadParts(run, frameCharacters)) contents.push({ data: encodePayload(part), frame: undefined });
}

/** Messages never change, and each is an object of its own; other packets are made anew for every write. */
function isSame(one: readonly Packet[], other: readonly Packet[]): boolean {
  if (one[0] !== other[0] || one.length !== other.length) return false;
  for (let index = 1; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}
