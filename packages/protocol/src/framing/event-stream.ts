// Packets as Server-Sent Events: one event per payload, its text in `data:` lines. Browsers read this with EventSource;
// the decoder is for platforms that have none, and understands what any SSE server may send (comments, CRLF, ids).
// Source: WHATWG HTML, section 9.2 "Server-sent events".

import { WirewayError } from "../errors.ts";
import type { Packet } from "../packet.ts";
import { decodePayload, encodePayload } from "./payload.ts";

export function encodeEvent(packets: readonly Packet[]): string {
  // A payload holds no line breaks (JSON escapes them), but a broken one must not be able to forge a field.
  return `data: ${encodePayload(packets).replaceAll(/\r\n|\r|\n/g, "\ndata: ")}\n\n`;
}

/** A line may be longer than what it says by its field name, a space and a CR whose LF is still to come. */
const lineOverhead = "data: \r".length;

/** Turns chunks of bytes, cut anywhere, back into the packets of each event. Holds at most one event and one chunk. */
export class EventStreamDecoder {
  readonly #maxEventBytes: number;
  readonly #decoder = new TextDecoder("utf-8");
  #rest = "";
  #data: string[] = [];
  /** Of the lines and the line ends behind them, so that empty lines count too. */
  #dataLength = 0;

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** @throws {WirewayError} `malformed_packet`, `too_many_packets`, `message_too_large` */
  push(chunk: Uint8Array): Packet[] {
    const packets: Packet[] = [];
    const fresh = this.#decoder.decode(chunk, { stream: true });
    // Long events come in many chunks: look for line ends in what is new, and join only when there is one.
    if (this.#rest !== "" && !/[\r\n]/.test(fresh)) {
      this.#rest += fresh;
      this.#check(this.#dataLength + this.#rest.length - lineOverhead);
      return packets;
    }
    const text = this.#rest + fresh;
    // One search that goes on where it stopped: two, for CR and for LF, would each run to the end of the text per line.
    const lineEnd = /[\r\n]/g;
    let start = 0;
    for (;;) {
      lineEnd.lastIndex = start;
      const end = lineEnd.exec(text)?.index;
      // A CR at the very end may be half of a CRLF.
      if (end === undefined || (text[end] === "\r" && end === text.length - 1)) break;
      this.#line(text.slice(start, end), packets);
      start = end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1);
    }
    this.#rest = text.slice(start);
    this.#check(this.#dataLength + this.#rest.length - lineOverhead);
    return packets;
  }

  #line(line: string, packets: Packet[]): void {
    if (line === "") {
      if (this.#data.length > 0) packets.push(...decodePayload(this.#data.join("\n")));
      this.#data = [];
      this.#dataLength = 0;
    } else if (line.startsWith("data:")) {
      const value = line.slice(line[5] === " " ? 6 : 5);
      this.#data.push(value);
      this.#check(this.#dataLength + value.length);
      this.#dataLength += value.length + 1;
    }
    // Comments and the fields event, id and retry have no meaning here.
  }

  #check(size: number): void {
    if (size > this.#maxEventBytes) throw new WirewayError("message_too_large", { size, limit: this.#maxEventBytes });
  }
}
