// Socket.IO over WebSocket only, on default settings otherwise: no recovery of what was lost.
// Source: https://github.com/socketio/socket.io-protocol, version 5 over Engine.IO 4.

import { bytesOf, type Task, textOf } from "../task.ts";
import type { FrameSink } from "../wire/frame-reader.ts";
import { maskedFrame, opcodes } from "../wire/masked-frame.ts";
import { RawWebSocket } from "../wire/raw-web-socket.ts";
import type { Peer, ServerSide, System, Target } from "./system.ts";

type Data = string | Buffer;

/** The little of Socket.IO's own type that the applications need. */
interface ServerSocket {
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, data: Data): unknown;
}

export const socketIo: System = {
  name: "socket.io",
  async serve(task): Promise<ServerSide> {
    const { Server } = await import("socket.io");
    const { createServer } = await import("node:http");
    const http = createServer();
    const io = new Server(http, { transports: ["websocket"] });
    const data: Data = task.kind === "text" ? textOf(task) : bytesOf(task);
    io.on("connection", (socket) => applications[task.role](socket, task, data));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const address = http.address();
    return {
      port: typeof address === "object" && address ? address.port : 0,
      tick(): void {
        for (let event = 0; event < task.together; event++) io.emit("event", data);
      },
    };
  },
  client(task) {
    const round = roundOf(task);
    return { connect: (target) => connectPeer(target, round) };
  },
};

const applications: Record<Task["role"], (socket: ServerSocket, task: Task, data: Data) => void> = {
  echo: (socket) => {
    socket.on("echo", (data: Data, reply: (data: Data) => void) => reply(data));
  },
  count: (socket, { together }, data) => {
    let events = 0;
    socket.on("event", () => {
      if (++events % together === 0) socket.emit("event", data);
    });
  },
  burst: (socket, { together }, data) => {
    socket.on("burst", () => {
      for (let event = 0; event < together; event++) socket.emit("event", data);
    });
  },
  broadcast: () => {},
};

/** Each packet is a frame, and a binary one is two. */
function roundOf(task: Task): Buffer[] {
  const { role, kind, together, gathered } = task;
  if (role === "burst") return [maskedFrame(opcodes.text, '42["burst"]')];
  const event = role === "echo" ? "echo" : "event";
  const frames = Array.from({ length: together }, (_, index): Buffer[] => {
    const id = role === "echo" ? `${index + 1}` : "";
    if (kind === "text") return [maskedFrame(opcodes.text, `42${id}${JSON.stringify([event, textOf(task)])}`)];
    const text = `451-${id}${JSON.stringify([event, { _placeholder: true, num: 0 }])}`;
    return [maskedFrame(opcodes.text, text), maskedFrame(opcodes.binary, bytesOf(task))];
  });
  return gathered ? [Buffer.concat(frames.flat())] : frames.flat();
}

function connectPeer({ port, eager, heard, lost }: Target, round: readonly Buffer[]): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const frames = new PacketFrames({
      opened: () => webSocket.write(maskedFrame(opcodes.text, "40")),
      joined() {
        const emit = (): void => webSocket.writeEach(round);
        if (eager) emit();
        resolve({ emit, bytes: () => webSocket.bytes(), close: () => webSocket.close() });
      },
      pinged: () => webSocket.write(maskedFrame(opcodes.text, "3")),
    });
    const webSocket = new RawWebSocket({
      port,
      path: "/socket.io/?EIO=4&transport=websocket",
      sink: frames,
      rested() {
        const { messages } = frames;
        frames.messages = 0;
        if (messages > 0) heard(messages);
      },
      lost: (error) => {
        reject(error);
        lost(error);
      },
      opened: () => {},
    });
  });
}

interface Handshakes {
  opened(): void;
  joined(): void;
  pinged(): void;
}

/** Counts events and acknowledgements; one with binary data is complete with its second frame. */
class PacketFrames implements FrameSink {
  readonly #handshakes: Handshakes;
  messages = 0;
  #isBinary = false;
  #start = "";

  constructor(handshakes: Handshakes) {
    this.#handshakes = handshakes;
  }

  began(opcode: number): void {
    this.#isBinary = opcode === opcodes.binary;
    this.#start = "";
  }

  part(chunk: Buffer, start: number, end: number): void {
    if (this.#isBinary || this.#start.length >= 2) return;
    this.#start += String.fromCharCode(chunk[start] as number);
    if (start + 1 < end) this.#start += String.fromCharCode(chunk[start + 1] as number);
  }

  ended(): void {
    const kind = this.#isBinary ? "binary" : this.#start;
    if (kind === "binary" || kind === "42" || kind === "43") this.messages++;
    else if (kind.startsWith("0")) this.#handshakes.opened();
    else if (kind === "40") this.#handshakes.joined();
    else if (kind === "2") this.#handshakes.pinged();
    else if (kind !== "45" && kind !== "46") throw new Error(`unexpected packet ${kind}`);
  }
}
