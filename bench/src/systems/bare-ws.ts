// Bare `ws`, the measure of all others: its server alone, as its documentation shows it.

import type { WebSocket } from "ws";
import { bytesOf, type Task, textOf } from "../task.ts";
import { maskedFrame, opcodes } from "../wire/masked-frame.ts";
import { type Speech, speak } from "../wire/messages-over-web-socket.ts";
import { listeningPort } from "./listening-port.ts";
import { Rooms } from "./rooms.ts";
import type { ClientSide, ServerSide, System } from "./system.ts";

export const bareWs: System = {
  name: "ws",
  async serve(task: Task): Promise<ServerSide> {
    const { WebSocketServer } = await import("ws");
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    const data = task.kind === "text" ? textOf(task) : bytesOf(task);
    // A text that goes to many is made bytes once.
    const prepared = bytesOf(task);
    const binary = task.kind === "binary";
    const rooms = new Rooms<WebSocket>();
    server.on("connection", applications[task.role](task, data));
    if (task.role === "rooms" || task.role === "churn") server.on("connection", (webSocket) => rooms.enter(webSocket));
    return {
      port: await listeningPort(server),
      tick(): void {
        if (task.role === "churn") return rooms.move();
        if (task.role === "rooms") return rooms.each((client) => client.send(prepared, { binary }));
        for (let event = 0; event < task.together; event++) {
          for (const client of server.clients) client.send(prepared, { binary });
        }
      },
    };
  },
  client: (task) => bareClient(task),
};

/** A client of a server that speaks WebSocket and nothing above it. */
export function bareClient(task: Task): ClientSide {
  const message = maskedFrame(opcodes[task.kind], bytesOf(task));
  const speech: Speech = {
    path: "/",
    round: Array.from({ length: task.role === "burst" ? 1 : task.together }, () => message),
    gathered: task.gathered,
    meaning: (_opcode, start) => (start === "" && _opcode === opcodes.text ? "open" : "message"),
  };
  return { connect: (target) => speak(speech, target) };
}

type Application = (task: Task, data: string | Buffer) => (webSocket: WebSocket) => void;

const applications: Record<Task["role"], Application> = {
  echo: () => (webSocket) => {
    webSocket.on("message", (data, isBinary) => webSocket.send(data, { binary: isBinary }));
  },
  count:
    ({ together }, data) =>
    (webSocket) => {
      let events = 0;
      webSocket.on("message", () => {
        if (++events % together === 0) webSocket.send(data);
      });
    },
  burst:
    ({ together }, data) =>
    (webSocket) => {
      webSocket.on("message", () => {
        for (let event = 0; event < together; event++) webSocket.send(data);
      });
    },
  broadcast: () => () => {},
  rooms: () => () => {},
  churn: () => () => {},
};
