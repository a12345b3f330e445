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
import { Trial } from "./trial.ts";
import { roundOf, separator } from "./wireway-messages.ts";

/** Where a client begins another frame. */
const frameCharacters = 65_536;

export const wirewayWebSocket: System = {
  name: "wireway-websocket",
  serve: async (task) => (await import("./wireway-server.ts")).serveWireway(task),
  client(task: Task) {
    const messages = roundOf(task);
    const round = framesOf(messages);
    return {
      async connect(target) {
        const session = new WirewaySession(target, messages, round);
        await session.begin(target.port);
        return session;
      },
    };
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

class WirewaySession implements Peer {
  readonly #target: Target;
  readonly #round: readonly (string | Buffer)[];
  readonly #frames: Buffer;
  readonly #confirmations = new Confirmations(() => this.#confirm());
  readonly #trial = new Trial(() => this.#say(this.#ping()));
  #webSocket: RawWebSocket | undefined;
  #token: string | undefined;
  #sent = 0;
  /** Of the application, and not told of yet. */
  #messages = 0;

  constructor(target: Target, round: readonly (string | Buffer)[], frames: Buffer) {
    this.#target = target;
    this.#round = round;
    this.#frames = frames;
  }

  begin(port: number): Promise<void> {
    const nonce = randomBytes(16).toString("base64url");
    const early = this.#target.eager ? this.#round.filter((message) => typeof message === "string") : [];
    this.#confirmations.received = 0;
    this.#sent = 1 + early.length;
    return this.#dial(port, [`0${JSON.stringify({ nonce, received: 0, first: 1 })}`, "40", ...early]);
  }

  async resume(port: number): Promise<void> {
    const old = this.#webSocket;
    const { received } = this.#confirmations;
    try {
      await this.#dial(port, [`0${JSON.stringify({ token: this.#token, received, first: this.#sent + 1 })}`]);
    } catch (error) {
      // A server that was started anew knows nobody.
      if (!(error as Error).message.includes("3002")) throw error;
      await this.begin(port);
    }
    // The server hears nothing of the old connection's end before the new one is there, as when a network is cut.
    old?.close();
  }

  emit(): void {
    this.#sent += this.#round.length;
    this.#webSocket?.write(this.#trial.begin() ? framesOf([this.#ping(), ...this.#round]) : this.#frames);
  }

  bytes(): { read: number; written: number } {
    return this.#webSocket?.bytes() ?? { read: 0, written: 0 };
  }

  close(): void {
    this.#webSocket?.close();
  }

  #say(...packets: string[]): void {
    this.#webSocket?.write(maskedFrame(opcodes.text, packets.join(separator)));
  }

  #confirm(): void {
    this.#say(`6${this.#confirmations.received}`);
    this.#confirmations.told();
  }

  #ping(): string {
    this.#confirmations.told();
    return `2${this.#confirmations.received}`;
  }

  /** What is said when everything was read that came with the answer. */
  #move(epoch: number, confirmed: number): void {
    const { received } = this.#confirmations;
    const move = `0${JSON.stringify({ received, epoch, first: this.#sent + 1 })}`;
    this.#confirmations.told();
    if (confirmed < this.#sent) return this.#say(move, this.#ping());
    this.#trial.rest();
    this.#say(move);
  }

  /** Resolves when a round trip has proven the connection. */
  #dial(port: number, first: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      let isMoved = false;
      let move: (() => void) | undefined;
      const confirmations = this.#confirmations;
      const packets = new PacketReader({
        opened: ({ epoch, token, received = 0, refusal }) => {
          if (refusal) webSocket.lose(new Error(`refused: ${refusal}`));
          if (epoch === undefined || isMoved) return;
          isMoved = true;
          this.#token = token;
          move = () => {
            this.#move(epoch, received);
            if (received === this.#sent) resolve();
          };
        },
        message: (bytes, kind) => {
          confirmations.take(bytes);
          if (kind === "event" || kind === "ack") this.#messages++;
          else if (kind === "other") webSocket.lose(new Error("the server refused something"));
        },
        pinged: () => {
          this.#say(`3${confirmations.received}`);
          confirmations.told();
        },
        ponged: () => resolve(),
      });
      const webSocket = new RawWebSocket({
        port,
        path: "/wireway/?v=1&transport=websocket",
        sink: new PayloadFrames(packets),
        rested: () => {
          move?.();
          move = undefined;
          this.#rested();
        },
        lost: (error) => {
          reject(error);
          // A connection that another one has taken the place of ends without harm.
          if (this.#webSocket === webSocket && isMoved) this.#target.lost(error);
        },
        opened: () => {
          this.#webSocket = webSocket;
          this.#say(...first);
        },
      });
    });
  }

  #rested(): void {
    if (this.#confirmations.isDue) this.#confirm();
    const messages = this.#messages;
    this.#messages = 0;
    if (messages > 0) this.#target.heard(messages);
  }
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
