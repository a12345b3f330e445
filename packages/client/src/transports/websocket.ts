// WebSocket: both directions are streams. Text frames hold payloads, binary frames one binary message each.
// Source: RFC 6455; WHATWG WebSockets.

import {
  type CloseReason,
  type Connection,
  type ConnectionListener,
  closeCode,
  closeReason,
  decodePayload,
  encodePayload,
  maxPayloadPackets,
  type Packet,
} from "@wireway/protocol";
import type { ClientEnvironment } from "../platform.ts";
import { Reports } from "./reports.ts";
import { address, type Transport } from "./transport.ts";

const frameBytes = 65_536;
const transport = "websocket";
/** The first of the close codes that end a connection and not its session. */
const ownCodes: number = closeCode("superseded");

/** A native WebSocket. */
export function webSocket(): Transport {
  return { name: transport, dial: (url, environment, listener) => new WebSocketConnection(url, environment, listener) };
}

class WebSocketConnection implements Connection {
  readonly transport = transport;
  readonly lane = "stream";
  readonly polls = false;
  readonly #reports: Reports;
  #socket: WebSocket | undefined;
  /** What was sent before the socket was open. */
  #early: Packet[] | undefined = [];
  #reason: CloseReason = "lost";

  constructor(url: URL, environment: ClientEnvironment, listener: ConnectionListener) {
    this.#reports = new Reports(environment.clock, listener, () => this.#release());
    try {
      const socket = environment.openWebSocket(address(url, { transport }).replace("http", "ws"), environment.style);
      this.#socket = socket;
      this.#listen(socket);
    } catch (error) {
      // A policy of the page, or an address that cannot be one.
      this.#reports.lost({ message: String(error) });
    }
  }

  send(packets: readonly Packet[]): void {
    if (this.#early) this.#early.push(...packets);
    else if (!this.#reports.over) this.#write(packets);
  }

  poll(): void {}

  close(reason: CloseReason): void {
    this.#reason = reason;
    this.#reports.close(reason);
  }

  #listen(socket: WebSocket): void {
    let message = "";
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      const early = this.#early ?? [];
      this.#early = undefined;
      if (early.length > 0) this.#write(early);
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#read(data);
    socket.onerror = (event) => {
      // Browsers do not say why; other platforms do.
      message = (event as ErrorEvent).message ?? "";
    };
    socket.onclose = ({ code, reason }) => {
      this.#reports.lost({
        // A server that ends the connection alone says why.
        ...(code >= ownCodes && code < ownCodes + 100 && { reason: closeReason(code) }),
        code,
        message: reason || message || `closed with code ${code}`,
      });
    };
  }

  #read(data: string | ArrayBuffer): void {
    let packets: Packet[];
    try {
      packets = typeof data === "string" ? decodePayload(data) : [{ type: "message", data: new Uint8Array(data) }];
    } catch {
      this.close("malformed");
      return;
    }
    this.#reports.received(packets);
  }

  /** Runs of text packets go in payloads; a binary message is a frame of its own between them. */
  #write(packets: readonly Packet[]): void {
    let part: Packet[] = [];
    let bytes = 0;
    const flush = (): void => {
      if (part.length > 0) this.#socket?.send(encodePayload(part));
      part = [];
      bytes = 0;
    };
    for (const packet of packets) {
      const { data } = packet;
      const isText = typeof data === "string";
      if (!isText || bytes + data.length > frameBytes || part.length === maxPayloadPackets) flush();
      bytes += data.length;
      if (isText) part.push(packet);
      else this.#socket?.send(data as Uint8Array<ArrayBuffer>);
    }
    flush();
  }

  #release(): void {
    this.#early = undefined;
    // A peer that is gone does not answer the close; nobody waits for it.
    this.#socket?.close(closeCode(this.#reason), this.#reason);
  }
}
