// Wireway over WebSocket: the server as it is, and a client that speaks protocol 1 as the real one does: it claims and joins
// in its first frame, moves, answers pings and confirms, so that what a session costs is part of every figure.
// Source: docs/protocol.md.

import { randomBytes } from "node:crypto";
import type { Task } from "../task.ts";
import type { FrameSink } from "../wire/frame-reader.ts";
import { maskedFrame, opcodes } from "../wire/masked-frame.ts";
import { RawWebSocket } from "../wire/raw-web-socket.ts";
import { Confirmations } from "./confirmations.ts";
import { PacketReader } from "./packet-reader.ts";
import type { Peer, System, Target } from "./system.ts";
import { roundOf, separator } from "./wireway-messages.ts";

/** Where a client begins another frame. */
const frameCharacters = 65_536;

export const wirewayWebSocket: System = {
  name: "wireway-websocket",
  serve: async (task) => (await import("./wireway-server.ts")).serveWireway(task),
  client(task: Task) {
    const messages = roundOf(task);
    const round = framesOf(messages);
    return { connect: (target) => connectPeer(target, messages, round) };
  },
};

function framesOf(messages: readonly (string | Buffer)[]): Buffer {
  const frames: Buffer[] = [];
  let payload = "";
  const flush = (): void => {
    if (payload !== "") frames.push(maskedFrame(opcodes.text, payload));
    payload = "";
  };
  for (const message of messages) {
    if (typeof message !== "string" || payload.length + message.length >= frameCharacters) flush();
    if (typeof message !== "string") frames.push(maskedFrame(opcodes.binary, message));
    else payload += payload === "" ? message : separator + message;
  }
  flush();
  return Buffer.concat(frames);
}

function connectPeer(
  { port, eager, heard, lost }: Target,
  round: readonly (string | Buffer)[],
  frames: Buffer,
): Promise<Peer> {
  return new Promise((resolve, reject) => {
    let messages = 0;
    let isMoved = false;
    let sent = 0;
    const say = (text: string): void => webSocket.write(maskedFrame(opcodes.text, text));
    const confirmations = new Confirmations(() => {
      say(`6${confirmations.received}`);
      confirmations.told();
    });
    const packets = new PacketReader({
      opened({ epoch, refusal }) {
        if (refusal) webSocket.lose(new Error(`refused: ${refusal}`));
        if (epoch === undefined || isMoved) return;
        isMoved = true;
        say(
          `0${JSON.stringify({ received: confirmations.received, epoch, first: sent + 1 })}${separator}2${confirmations.received}`,
        );
      },
      message(bytes, kind) {
        confirmations.take(bytes);
        if (kind === "event" || kind === "ack") messages++;
        else if (kind === "other") webSocket.lose(new Error("the server refused something"));
      },
      pinged() {
        say(`3${confirmations.received}`);
        confirmations.told();
      },
      ponged: () => resolve(peer),
    });
    const peer: Peer = {
      emit: () => {
        sent += round.length;
        webSocket.write(frames);
      },
      bytes: () => webSocket.bytes(),
      close: () => webSocket.close(),
    };
    const webSocket = new RawWebSocket({
      port,
      path: "/wireway/?v=1&transport=websocket",
      sink: new PayloadFrames(packets),
      rested() {
        if (confirmations.isDue) {
          say(`6${confirmations.received}`);
          confirmations.told();
        }
        const count = messages;
        messages = 0;
        if (count > 0) heard(count);
      },
      lost: (error) => {
        reject(error);
        lost(error);
      },
      opened() {
        const nonce = randomBytes(16).toString("base64url");
        const early = eager ? round.filter((message) => typeof message === "string") : [];
        say([`0${JSON.stringify({ nonce, received: 0, first: 1 })}`, "40", ...early].join(separator));
        sent = 1 + early.length;
      },
    });
  });
}

/** Text frames are payloads, binary ones messages. */
class PayloadFrames implements FrameSink {
  readonly #packets: PacketReader;
  #opcode = 0;

  constructor(packets: PacketReader) {
    this.#packets = packets;
  }

  began(opcode: number, length: number): void {
    this.#opcode = opcode;
    if (opcode === opcodes.binary) this.#packets.binary(length);
  }

  part(chunk: Buffer, start: number, end: number): void {
    if (this.#opcode === opcodes.text) this.#packets.text(chunk, start, end);
  }

  ended(): void {
    if (this.#opcode === opcodes.text) this.#packets.end();
    else this.#packets.binaryEnd();
  }
}
