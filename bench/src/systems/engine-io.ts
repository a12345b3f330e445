// Engine.IO over WebSocket only: what lies below Socket.IO, messages without events.
// Source: https://github.com/socketio/engine.io-protocol, version 4.

import { bytesOf, type Task, textOf } from "../task.ts";
import { maskedFrame, opcodes } from "../wire/masked-frame.ts";
import { type Meaning, speak } from "../wire/messages-over-web-socket.ts";
import { listeningPort } from "./listening-port.ts";
import type { ServerSide, System } from "./system.ts";

type Data = string | Buffer;

/** The little of Engine.IO's own type that the applications need. */
interface ServerSocket {
  on(event: "message", listener: (data: Data) => void): unknown;
  send(data: Data): unknown;
}

export const engineIo: System = {
  name: "engine.io",
  async serve(task): Promise<ServerSide> {
    const { attach } = await import("engine.io");
    const { createServer } = await import("node:http");
    const http = createServer();
    const server = attach(http, { transports: ["websocket"] });
    const data: Data = task.kind === "text" ? textOf(task) : bytesOf(task);
    const sockets = new Set<ServerSocket>();
    server.on("connection", (socket: ServerSocket) => {
      sockets.add(socket);
      applications[task.role](socket, task, data);
    });
    http.listen(0, "127.0.0.1");
    return {
      port: await listeningPort(http),
      tick(): void {
        for (let event = 0; event < task.together; event++) for (const socket of sockets) socket.send(data);
      },
    };
  },
  client(task) {
    const { role, kind, together } = task;
    const message =
      kind === "text" ? maskedFrame(opcodes.text, `4${textOf(task)}`) : maskedFrame(opcodes.binary, bytesOf(task));
    const round = Array.from({ length: role === "burst" ? 1 : together }, () => message);
    const speech = { path: "/engine.io/?EIO=4&transport=websocket", round, gathered: task.gathered, meaning };
    return { connect: (target) => speak(speech, target) };
  },
};

const applications: Record<Task["role"], (socket: ServerSocket, task: Task, data: Data) => void> = {
  echo: (socket) => {
    socket.on("message", (data) => socket.send(data));
  },
  count: (socket, { together }, data) => {
    let events = 0;
    socket.on("message", () => {
      if (++events % together === 0) socket.send(data);
    });
  },
  burst: (socket, { together }, data) => {
    socket.on("message", () => {
      for (let event = 0; event < together; event++) socket.send(data);
    });
  },
  broadcast: () => {},
  rooms: () => {},
  churn: () => {},
};

function meaning(opcode: number, start: string): Meaning {
  if (opcode === opcodes.binary || start.startsWith("4")) return "message";
  if (start.startsWith("0")) return "open";
  return start === "2" ? { say: "3" } : "nothing";
}
