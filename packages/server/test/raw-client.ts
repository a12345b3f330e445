// A client that speaks the wire by hand, for tests: no session, no retries, nothing that would hide what the server does.
// The tests say what goes out; `hear` waits for what comes in.

import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import {
  closePacket,
  decodeEnvelope,
  decodePayload,
  type Envelope,
  EventStreamDecoder,
  encodeEnvelope,
  encodePayload,
  openPacket,
  type Packet,
  RecordDecoder,
  type ServerOpen,
} from "@wireway/protocol";
import { WebSocket } from "ws";

export const allTransports = ["websocket", "streaming", "sse", "polling"] as const;
export type TransportName = (typeof allTransports)[number];

let nonces = 0;

/** As long as a random one, and different each time. */
export function nonce(): string {
  return `nonce-${String(++nonces).padStart(18, "0")}`;
}

export function text(data: string): Packet {
  return { type: "message", data };
}

export function said(envelope: Envelope): Packet {
  return { type: "message", data: encodeEnvelope(envelope) };
}

export function event(name: string, ...args: unknown[]): Packet {
  return said({ type: "event", namespace: "/", args: [name, ...args] });
}

export const joining: Packet = text("0");

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly packets: Packet[];
  readonly json: { readonly code?: string; readonly message?: string; readonly ticket?: string };
}

export interface RequestParts {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Instead of `body`: writes it, or not, on its own. */
  readonly write?: (request: ReturnType<typeof httpRequest>) => void;
}

/** One HTTP request over a connection of its own. */
export function fetchRaw(
  url: string,
  { method = "POST", headers = {}, body, write }: RequestParts = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const agent = new Agent();
    const fields: Record<string, string> = { ...(method === "POST" && { "content-type": "text/plain" }), ...headers };
    const request = httpRequest(url, { method, agent, headers: fields }, (response) => {
      readAll(response).then((body) => resolve(answerOf(response, body)), reject);
    });
    request.on("error", reject);
    if (write) write(request);
    else request.end(body);
  });
}

export function post(url: string, packets: readonly Packet[], headers?: Record<string, string>): Promise<Answer> {
  return fetchRaw(url, { body: encodePayload(packets), ...(headers && { headers }) });
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, body: string): Answer {
  return {
    status: statusCode,
    headers,
    text: body,
    get packets() {
      return decodePayload(body);
    },
    get json() {
      return JSON.parse(body) as Answer["json"];
    },
  };
}

/** What a raw client begins with: a nonce of its own unless it names a session. */
export interface DialParts {
  readonly token?: string;
  readonly nonce?: string;
  readonly received?: number;
  /** `null` asks instead of claiming. */
  readonly first?: number | null;
  readonly behind?: readonly Packet[];
  readonly headers?: Record<string, string>;
  /** A wish for earlier pings. */
  readonly pingIntervalMs?: number;
}

export class RawClient {
  readonly transport: TransportName;
  /** Where requests go, without its query. */
  readonly base: string;
  token = "";
  epoch = 0;
  /** The server's first answer. */
  answer: ServerOpen = { received: 0 };
  /** How many messages came. */
  received = 0;
  /** What POSTs and polls carry beside; a dial gets its own. */
  requestHeaders: Record<string, string> = {};
  /** Number of the next message that goes. */
  next = 1;
  /** Texts and blocks of the messages that came. */
  readonly messages: (string | Uint8Array)[] = [];
  /** The WebSocket's close code and reason, or 0 at the end of a response. */
  readonly closed: Promise<{ code: number; reason: string }>;
  #resolveClosed: (end: { code: number; reason: string }) => void = () => undefined;
  #isClosed = false;
  #webSocket: WebSocket | undefined;
  #response: IncomingMessage | undefined;
  #packets: Packet[] = [];
  #waiting: (() => void) | undefined;

  constructor(base: string, transport: TransportName) {
    this.base = base;
    this.transport = transport;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  /** Dials and hears the answer. */
  static async dial(base: string, transport: TransportName, parts: DialParts = {}): Promise<RawClient> {
    const client = new RawClient(base, transport);
    await client.open(parts);
    const answer = await client.hear("open");
    client.answer = JSON.parse(answer.data as string) as ServerOpen;
    client.token = client.answer.token ?? parts.token ?? "";
    client.epoch = client.answer.epoch ?? 0;
    return client;
  }

  /** Dials from zero, joins the main namespace, moves, and hears the admission. */
  static async join(base: string, transport: TransportName, headers?: Record<string, string>): Promise<RawClient> {
    const client = await RawClient.dial(base, transport, { behind: [joining], ...(headers && { headers }) });
    client.next = 2;
    await client.move();
    await client.hearMessage();
    return client;
  }

  url(query: Record<string, string> = {}): string {
    return `${this.base}?${new URLSearchParams({ v: "1", transport: this.transport, ...query })}`;
  }

  async open(parts: DialParts): Promise<void> {
    const { token, nonce: given, received = 0, first = 1, behind = [], headers = {}, pingIntervalMs } = parts;
    this.received = received;
    const name = token === undefined ? { nonce: given ?? nonce() } : { token };
    const wish = pingIntervalMs === undefined ? {} : { pingIntervalMs };
    const packets = [openPacket({ ...name, received, ...(first !== null && { first }), ...wish }), ...behind];
    if (this.transport === "websocket") return this.#openWebSocket(packets, headers);
    if (this.transport === "streaming") return this.#openStream(this.url(), "POST", encodePayload(packets), headers);
    if (this.transport === "polling") {
      this.#take((await post(this.url(), packets, headers)).packets);
      return;
    }
    const { ticket = "" } = (await post(this.url({ request: "ticket" }), packets, headers)).json;
    return this.#openStream(this.url({ ticket }), "GET", "", headers);
  }

  /** Moves the session here. Over polling it is the first poll, which is heard by `hear`. */
  async move(...behind: Packet[]): Promise<Packet[]> {
    if (this.transport === "polling") {
      if (behind.length === 0) return [];
      return this.say(...behind);
    }
    const open = openPacket({ ...this.#name, received: this.received, epoch: this.epoch, first: this.next });
    this.#count(behind);
    return this.#put([open, ...behind]);
  }

  /** Sends packets: on a WebSocket as they are, over HTTP in a POST. @returns what a POST was answered with. */
  async say(...packets: Packet[]): Promise<Packet[]> {
    if (this.transport === "websocket") {
      this.#count(packets);
      return this.#put(packets);
    }
    const open = openPacket({ ...this.#name, received: this.received, epoch: this.epoch, first: this.next });
    this.#count(packets);
    return this.#put([open, ...packets]);
  }

  /**
   * Sends a payload's text as it is, broken or not: on a WebSocket as one frame, over HTTP behind an `open` in a POST, whose
   * answer it returns. Messages in it are not counted.
   */
  async sayRaw(payload: string): Promise<Answer | undefined> {
    if (this.transport === "websocket") {
      this.raw.send(payload);
      return undefined;
    }
    const open = openPacket({ token: this.token, received: this.received, epoch: this.epoch, first: this.next });
    return fetchRaw(this.url({ request: "send" }), { body: `${encodePayload([open])}\x1e${payload}` });
  }

  /** The next packet, whatever it is. */
  async hearAny(): Promise<Packet> {
    while (this.#packets.length === 0) await this.#more();
    return this.#packets.shift() as Packet;
  }

  /** The next packet of the type; others before it are passed over. */
  async hear(type: Packet["type"]): Promise<Packet> {
    for (;;) {
      const index = this.#packets.findIndex((packet) => packet.type === type);
      const found = this.#packets[index];
      if (found) {
        this.#packets.splice(0, index + 1);
        return found;
      }
      this.#packets = [];
      if (this.#isClosed) throw new Error(`connection closed while waiting for ${type}`);
      if (this.transport === "polling" && this.epoch > 0) await this.poll();
      else
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
    }
  }

  /** The next message. */
  async hearMessage(): Promise<Envelope> {
    while (this.messages.length === 0) await this.#more();
    return decodeEnvelope(this.messages.shift() as string);
  }

  /** The next event's name and arguments. */
  async hearEvent(): Promise<readonly unknown[]> {
    const envelope = await this.hearMessage();
    if (envelope.type !== "event") throw new Error(`heard ${envelope.type}`);
    return envelope.args;
  }

  /** One poll, by hand. */
  async poll(): Promise<Packet[]> {
    const open = openPacket({ ...this.#name, received: this.received, epoch: this.epoch, first: this.next });
    const { packets } = await post(this.url({ request: "poll" }), [open], this.requestHeaders);
    this.#take(packets);
    return packets;
  }

  /** Ends the session. */
  async leave(): Promise<void> {
    await this.say(closePacket("closed"));
  }

  /** Ends the connection without a word. */
  drop(): void {
    this.#webSocket?.terminate();
    this.#response?.destroy();
  }

  /** Stops reading what comes. */
  pause(): void {
    this.#webSocket?.pause();
    this.#response?.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#webSocket?.resume();
    this.#response?.resume();
  }

  get raw(): WebSocket {
    return this.#webSocket as WebSocket;
  }

  get #name(): { token?: string } {
    return this.transport === "websocket" ? {} : { token: this.token };
  }

  async #more(): Promise<void> {
    if (this.transport === "polling") {
      await this.poll();
      return;
    }
    if (this.#isClosed) throw new Error("connection closed while waiting for a message");
    await new Promise<void>((resolve) => {
      this.#waiting = resolve;
    });
  }

  #count(packets: readonly Packet[]): void {
    this.next += packets.filter(({ type }) => type === "message").length;
  }

  async #put(packets: readonly Packet[]): Promise<Packet[]> {
    if (this.transport !== "websocket") {
      return (await post(this.url({ request: "send" }), packets, this.requestHeaders)).packets;
    }
    for (const packet of packets) {
      this.#webSocket?.send(typeof packet.data === "string" ? encodePayload([packet]) : packet.data);
    }
    return [];
  }

  #openWebSocket(packets: readonly Packet[], headers: Record<string, string>): Promise<void> {
    const webSocket = new WebSocket(this.url().replace("http", "ws"), { headers });
    this.#webSocket = webSocket;
    webSocket.on("message", (data: Buffer, isBinary) => {
      this.#take(isBinary ? [{ type: "message", data: new Uint8Array(data) }] : decodePayload(data.toString()));
    });
    webSocket.on("close", (code, reason) => this.#end(code, reason.toString()));
    return new Promise((resolve, reject) => {
      webSocket.on("error", reject);
      webSocket.on("open", () => {
        webSocket.send(encodePayload(packets));
        resolve();
      });
    });
  }

  #openStream(url: string, method: string, body: string, headers: Record<string, string>): Promise<void> {
    return new Promise((resolve, reject) => {
      const fields: Record<string, string> = { ...(method === "POST" && { "content-type": "text/plain" }), ...headers };
      const request = httpRequest(url, { method, agent: new Agent(), headers: fields }, (response) => {
        if (response.statusCode !== 200) {
          reject(new Error(`status ${response.statusCode}`));
          return;
        }
        this.#response = response;
        const isRecords = response.headers["content-type"] === "application/octet-stream";
        const decoder = isRecords ? new RecordDecoder(16_777_216) : new EventStreamDecoder(16_777_216);
        response.on("data", (chunk: Buffer) => this.#take(decoder.push(chunk)));
        response.on("close", () => this.#end(0, ""));
        response.on("error", () => undefined);
        resolve();
      });
      request.on("error", reject);
      request.end(body);
    });
  }

  #take(packets: readonly Packet[]): void {
    for (const packet of packets) {
      if (packet.type === "message") {
        if (++this.#number > this.received) {
          this.received = this.#number;
          this.messages.push(packet.data);
        }
      } else if (packet.type === "open") {
        const { first } = JSON.parse(packet.data) as ServerOpen;
        if (first !== undefined) this.#number = first - 1;
      }
      this.#packets.push(packet);
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  /** Number of the last message that came here. */
  #number = 0;

  #end(code: number, reason: string): void {
    this.#isClosed = true;
    this.#resolveClosed({ code, reason });
    this.#waiting?.();
  }
}
