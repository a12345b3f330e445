// Valid conversations of every transport as bytes for bare TCP connections, and what is done to them: bytes, fields, packets,
// order, sizes and timing are spoilt, each now and then. A conversation waits for answers, but not for ever: they may not
// come to what was spoilt.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { encodePacket, encodePayload, openPacket, type Packet } from "@wireway/protocol";
import type { Random } from "@wireway/testkit";
import { frame, headOf, upgradeLines } from "../raw-bytes.ts";
import { mutateBytes, mutateList, mutateObject, mutateText, pieces } from "./mutations.ts";
import { packet } from "./words.ts";

const path = "/wireway/";
/** Longest wait for an answer, in milliseconds. */
const patienceMs = 40;

export interface Seen {
  /** Statuses of HTTP answers. */
  readonly statuses: Set<number>;
  /** Whether an answer spoke of a fault of the server's own. */
  internal: boolean;
}

const transports = ["websocket", "streaming", "sse", "polling"] as const;

export async function converse(random: Random, port: number, seen: Seen): Promise<void> {
  const conversation = new Conversation(random, port, seen);
  try {
    await conversation.run(random.pick(transports));
  } finally {
    conversation.end();
  }
}

class Conversation {
  readonly #random: Random;
  readonly #port: number;
  readonly #seen: Seen;
  readonly #sockets: Socket[] = [];
  /** How likely each thing is spoilt; some conversations are hardly touched, so that they get far. */
  readonly #harm: number;
  #token = "";
  #epoch = 0;
  #first = 1;
  #ticket = "";

  constructor(random: Random, port: number, seen: Seen) {
    this.#random = random;
    this.#port = port;
    this.#seen = seen;
    this.#harm = random.pick([0.02, 0.1, 0.3]);
  }

  async run(transport: (typeof transports)[number]): Promise<void> {
    await this.#begin(transport);
    const steps = Array.from({ length: this.#random.int(1, 6) }, () =>
      this.#random.pick(["send", "send", "poll", "again"]),
    );
    for (const step of this.#spoilt(steps, () => "vanish")) {
      if (step === "again") await this.#begin(this.#random.pick(transports));
      else if (step === "vanish") for (const socket of this.#sockets) socket.resetAndDestroy();
      else if (transport === "websocket") await this.#frames(this.#said());
      else await this.#post(transport, step === "poll" && transport === "polling" ? "poll" : "send", this.#said());
    }
    if (this.#random.chance(0.5)) await this.#post("polling", "send", [{ type: "close", data: '{"code":3000}' }]);
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #begin(transport: (typeof transports)[number]): Promise<void> {
    const name = this.#token ? { token: this.#token } : { nonce: `fuzz-${this.#random.uint32()}-0123456789abcdef` };
    const dial = [
      this.#open({ ...name, received: 0, first: this.#first }),
      ...(this.#token ? [] : [joining]),
      ...this.#said(),
    ];
    this.#first = 1 + dial.filter(({ type }) => type === "message").length;
    if (transport === "websocket") {
      // At times behind whatever is not answered yet.
      if (!this.#chance()) this.#connect();
      const query = this.#text(`v=1&transport=websocket`);
      await this.#write(Buffer.from(headOf("GET", `${path}?${query}`, this.#lines(upgradeLines))));
      await this.#frames(dial);
      await this.#frames([this.#open({ received: 0, epoch: this.#epoch || 1, first: this.#first })]);
    } else if (transport === "sse") {
      await this.#post("sse", "ticket", dial);
      await this.#write(
        Buffer.from(headOf("GET", this.#text(`${path}?v=1&transport=sse&ticket=${this.#ticket}`), this.#lines([]))),
      );
    } else await this.#post(transport, "", dial);
  }

  async #post(transport: string, request: string, packets: readonly Packet[]): Promise<void> {
    const isDial = packets[0]?.type === "open";
    const open = this.#open({ token: this.#token, received: 0, epoch: this.#epoch, first: this.#first });
    this.#first += isDial ? 0 : packets.filter(({ type }) => type === "message").length;
    const body = this.#text(encodePayload(isDial ? packets : [open, ...packets]));
    const length = this.#chance() ? this.#random.int(0, 100_000) : Buffer.byteLength(body);
    const lines = [
      "Content-Type: text/plain",
      this.#chance() ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`,
    ];
    const query = this.#text(`v=1&transport=${transport}${request && `&request=${request}`}`);
    // A stream keeps its connection to itself; others may follow each other, or not wait for each other.
    if (!this.#random.chance(0.5)) this.#connect();
    await this.#write(Buffer.from(headOf("POST", `${path}?${query}`, this.#lines(lines)) + body));
  }

  async #frames(packets: readonly Packet[]): Promise<void> {
    const frames = packets.map((one) =>
      frame({
        opcode: this.#chance() ? this.#random.int(0, 15) : typeof one.data === "string" ? 1 : 2,
        payload: typeof one.data === "string" ? this.#text(encodePacket(one)) : one.data,
        fin: !this.#chance(),
        masked: !this.#chance(),
        reserved: this.#chance() ? this.#random.int(0, 7) : 0,
        ...(this.#chance() && { length: BigInt(this.#random.uint32()) }),
      }),
    );
    await this.#write(Buffer.concat(this.#spoilt(frames, () => frame({ opcode: 9, payload: "p" }))));
  }

  /** Writes at once or in pieces, and waits for an answer for a while. */
  async #write(bytes: Uint8Array): Promise<void> {
    const random = this.#random;
    const socket = this.#sockets[0] ?? this.#connect();
    const bad = this.#chance() ? mutateBytes(random, bytes) : bytes;
    const parts = random.chance(0.2) ? pieces(random, bad).slice(0, 50) : [bad];
    for (const part of parts) {
      socket.write(part);
      if (parts.length > 1) await new Promise((resolve) => void setImmediate(resolve));
    }
    if (random.chance(this.#harm)) return;
    await once(socket, "data", { signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);
  }

  #connect(): Socket {
    const socket = connect({ port: this.#port, host: "127.0.0.1", allowHalfOpen: this.#chance() });
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => this.#heard(chunk.toString("latin1")));
    if (this.#chance()) socket.pause();
    this.#sockets.unshift(socket);
    return socket;
  }

  #heard(text: string): void {
    for (const [, status] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) this.#seen.statuses.add(Number(status));
    if (text.includes('"code":"internal"')) this.#seen.internal = true;
    this.#token = /"token":"([\w-]+)"/.exec(text)?.[1] ?? this.#token;
    this.#epoch = Number(/"epoch":(\d+)/.exec(text)?.[1] ?? this.#epoch);
    this.#ticket = /"ticket":"([\w-]+)"/.exec(text)?.[1] ?? this.#ticket;
  }

  #said(): Packet[] {
    const packets = Array.from({ length: this.#random.int(0, 4) }, () => packet(this.#random));
    return this.#spoilt(packets, () => packet(this.#random));
  }

  #open(fields: Readonly<Record<string, unknown>>): Packet {
    const open = this.#chance() ? mutateObject(this.#random, fields) : fields;
    return openPacket(open as unknown as Parameters<typeof openPacket>[0]);
  }

  #lines(lines: readonly string[]): string[] {
    return this.#spoilt(lines, () => this.#random.pick(hostileLines)).map((line) => this.#text(line));
  }

  #spoilt<Item>(items: readonly Item[], other: () => Item): Item[] {
    return this.#chance() ? mutateList(this.#random, items, other) : [...items];
  }

  #text(text: string): string {
    return this.#chance() ? mutateText(this.#random, text) : text;
  }

  #chance(): boolean {
    return this.#random.chance(this.#harm);
  }
}

const joining: Packet = { type: "message", data: "0" };

const hostileLines: readonly string[] = [
  "Origin: https://evil.example",
  "Origin: null",
  "Cookie: a=b",
  "Connection: close",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Upgrade: h2c",
  "Expect: 100-continue",
  "Transfer-Encoding: chunked",
  "Content-Length: 5",
  "Content-Encoding: gzip",
  "Content-Type: application/json",
  "X-Forwarded-For: __proto__",
  "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99",
  "Sec-WebSocket-Protocol: a, a",
];
