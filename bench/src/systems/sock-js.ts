// SockJS over WebSocket. It carries texts only.
// Source: the protocol of sockjs-protocol 0.3.3, its framing for WebSocket.

import type { Connection } from "sockjs";
import { type Task, textOf } from "../task.ts";
import { maskedFrame, opcodes } from "../wire/masked-frame.ts";
import { speak } from "../wire/messages-over-web-socket.ts";
import { listeningPort } from "./listening-port.ts";
import type { ServerSide, System } from "./system.ts";

export const sockJs: System = {
  name: "sockjs",
  plays: ({ kind }) => kind === "text",
  async serve(task): Promise<ServerSide> {
    const { default: sockjs } = await import("sockjs");
    const { createServer } = await import("node:http");
    const http = createServer();
    const server = sockjs.createServer({ log: () => {} });
    const data = textOf(task);
    const connections = new Set<Connection>();
    server.on("connection", (connection: Connection) => {
      connections.add(connection);
      applications[task.role](connection, task, data);
    });
    server.installHandlers(http, { prefix: "/echo" });
    http.listen(0, "127.0.0.1");
    return {
      port: await listeningPort(http),
      tick(): void {
        for (let event = 0; event < task.together; event++) for (const one of connections) one.write(data);
      },
    };
  },
  client(task) {
    const message = maskedFrame(opcodes.text, JSON.stringify([textOf(task)]));
    const speech = {
      path: "/echo/000/bench/websocket",
      round: Array.from({ length: task.role === "burst" ? 1 : task.together }, () => message),
      gathered: task.gathered,
      meaning: (_opcode: number, start: string) =>
        start.startsWith("a") ? ("message" as const) : start === "o" ? ("open" as const) : ("nothing" as const),
    };
    return { connect: (target) => speak(speech, target) };
  },
};

const applications: Record<Task["role"], (connection: Connection, task: Task, data: string) => void> = {
  echo: (connection) => {
    connection.on("data", (data) => connection.write(data));
  },
  count: (connection, { together }, data) => {
    let events = 0;
    connection.on("data", () => {
      if (++events % together === 0) connection.write(data);
    });
  },
  burst: (connection, { together }, data) => {
    connection.on("data", () => {
      for (let event = 0; event < together; event++) connection.write(data);
    });
  },
  broadcast: () => {},
  rooms: () => {},
  churn: () => {},
};
