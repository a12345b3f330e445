// Wireway's server on default options, the same application for all transports.

import { Server, type Socket } from "@wireway/server";
import { bytesOf, type Task, textOf } from "../task.ts";
import { listeningPort } from "./listening-port.ts";
import type { ServerSide } from "./system.ts";

type Data = string | Uint8Array;

export async function serveWireway(task: Task): Promise<ServerSide> {
  const wireway = new Server();
  const data: Data = task.kind === "text" ? textOf(task) : bytesOf(task);
  wireway.on("connection", (socket) => applications[task.role](socket, task, data));
  const server = await wireway.listen(0, "127.0.0.1");
  return {
    port: await listeningPort(server),
    tick(): void {
      for (let event = 0; event < task.together; event++) wireway.emit("event", data);
    },
  };
}

const applications: Record<Task["role"], (socket: Socket, task: Task, data: Data) => void> = {
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
