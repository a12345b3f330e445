// Wireway's server on default options, the same application for all transports.

import { Server } from "@wireway/server";
import { bytesOf, type Task, textOf } from "../task.ts";
import { type EventData, eventApplications } from "./event-applications.ts";
import { listeningPort } from "./listening-port.ts";
import { RoomNames } from "./room-names.ts";
import type { ServerSide } from "./system.ts";

export async function serveWireway(task: Task): Promise<ServerSide> {
  const wireway = new Server();
  const data: EventData = task.kind === "text" ? textOf(task) : bytesOf(task);
  const rooms = new RoomNames();
  wireway.on("connection", (socket) => {
    eventApplications[task.role](socket, task, data);
    if (task.role === "rooms" || task.role === "churn") socket.join(rooms.next());
  });
  const server = await wireway.listen(0, "127.0.0.1");
  return {
    port: await listeningPort(server),
    outboxBytes(): number {
      let bytes = 0;
      for (const socket of wireway.sockets.values()) bytes += socket.bufferedBytes;
      return bytes;
    },
    tick(): void {
      if (task.role === "rooms") {
        for (const room of rooms.all()) wireway.to(room).emit("event", data);
        return;
      }
      if (task.role === "churn") {
        for (const socket of wireway.sockets.values()) {
          const [, room = ""] = socket.rooms;
          socket.leave(room);
          socket.join(rooms.behind(room));
        }
        return;
      }
      for (let event = 0; event < task.together; event++) wireway.emit("event", data);
    },
  };
}
