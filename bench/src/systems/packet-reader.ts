// Reads a server's payloads for a client that only counts: what a message says is passed over, opens are read, pings and
// pongs are told of. Texts may come in parts, cut anywhere.
// Source: docs/protocol.md, Packet and Payload.

const separatorByte = 0x1e;

export type MessageKind = "joined" | "event" | "ack" | "other";

/** What of an answer matters here; `refusal` is that of a close. */
export interface Opened {
  readonly epoch?: number;
  readonly token?: string;
  readonly received?: number;
  readonly gone?: boolean;
  readonly refusal?: string;
}

export interface PacketSink {
  /** An answer of the server, or why there is none. */
  opened(open: Opened): void;
  /** A message of the session is complete; a text's bytes without its digit. */
  message(bytes: number, kind: MessageKind): void;
  pinged(): void;
  ponged(): void;
}

const kinds: Readonly<Record<number, MessageKind>> = { 48: "joined", 50: "event", 51: "ack" };

const digits = { open: 0x30, close: 0x31, ping: 0x32, pong: 0x33, message: 0x34, binary: 0x62 } as const;

export class PacketReader {
  readonly #sink: PacketSink;
  /** Of the packet that is being read: its digit, the byte behind it, and its length. */
  #type = 0;
  #second = 0;
  #length = 0;
  /** The data of an open or a close. */
  #kept = "";

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  /** A part of a payload. */
  text(chunk: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const separator = chunk.indexOf(separatorByte, at);
      const stop = separator < 0 || separator >= end ? end : separator;
      this.#part(chunk, at, stop);
      if (stop < end) this.end();
      at = stop + 1;
    }
  }

  /** The packet is complete. */
  end(): void {
    const type = this.#type;
    const length = this.#length - 1;
    const kept = this.#kept;
    this.#length = 0;
    this.#kept = "";
    if (type === digits.message) this.#sink.message(length, kinds[this.#second] ?? "other");
    else if (type === digits.ping) this.#sink.pinged();
    else if (type === digits.pong) this.#sink.ponged();
    else if (type === digits.open) this.#sink.opened(JSON.parse(kept) as Opened);
    else if (type === digits.binary) this.#sink.message(Math.ceil((length * 3) / 4), "event");
    else if (type === digits.close) this.#sink.opened({ refusal: kept });
  }

  #binaryBytes = 0;

  /** A binary message begins; those of these tests are events and acknowledgements only. */
  binary(length: number): void {
    this.#binaryBytes = length;
  }

  binaryEnd(): void {
    this.#sink.message(this.#binaryBytes, "event");
  }

  #part(chunk: Buffer, start: number, end: number): void {
    if (start === end) return;
    if (this.#length === 0) this.#type = chunk[start] as number;
    const second = 1 - this.#length;
    if (second >= 0 && start + second < end) this.#second = chunk[start + second] as number;
    if (this.#type <= digits.close) {
      this.#kept += chunk.toString("latin1", this.#length === 0 ? start + 1 : start, end);
    }
    this.#length += end - start;
  }
}
