// Socket.IO over WebSocket only, on default settings otherwise: no recovery of what was lost.
// Source: https://github.com/socketio/socket.io-protocol, version 5 over Engine.IO 4.

import { bytesOf, type Task, textOf } from "../task.ts";
import { maskedFrame, opcodes } from "../wire/masked-frame.ts";
import { type Meaning, speak } from "../wire/messages-over-web-socket.ts";
import { type EventData, eventApplications } from "./event-applications.ts";
import { listeningPort } from "./listening-port.ts";
import { RoomNames } from "./room-names.ts";
import type { ServerSide, System } from "./system.ts";

export const socketIo: System = {
  name: "socket.io",
  async serve(task): Promise<ServerSide> {
    const { Server } = await import("socket.io");
    const { createServer } = await import("node:http");
    const http = createServer();
    const io = new Server(http, { transports: ["websocket"] });
    const data: EventData = task.kind === "text" ? textOf(task) : bytesOf(task);
    const rooms = new RoomNames();
    io.on("connection", (socket) => {
      eventApplications[task.role](socket, task, data);
      if (task.role === "rooms" || task.role === "churn") void socket.join(rooms.next());
    });
    http.listen(0, "127.0.0.1");
    return {
      port: await listeningPort(http),
      tick(): void {
        if (task.role === "rooms") {
          for (const room of rooms.all()) io.to(room).emit("event", data);
          return;
        }
        if (task.role === "churn") {
          for (const socket of io.sockets.sockets.values()) {
            const [, room = ""] = socket.rooms;
            void socket.leave(room);
            void socket.join(rooms.behind(room));
          }
          return;
        }
        for (let event = 0; event < task.together; event++) io.emit("event", data);
      },
    };
  },
  client(task) {
    const path = "/socket.io/?EIO=4&transport=websocket";
    const speech = { path, round: roundOf(task), gathered: task.gathered, meaning };
    return { connect: (target) => speak(speech, target) };
  },
};

/** Each packet is a frame, and a binary one is two. */
function roundOf(task: Task): Buffer[] {
  const { role, kind, together } = task;
  if (role === "burst") return [maskedFrame(opcodes.text, '42["burst"]')];
  const event = role === "echo" ? "echo" : "event";
  const frames = Array.from({ length: together }, (_, index): Buffer[] => {
    const id = role === "echo" ? `${index + 1}` : "";
    if (kind === "text") return [maskedFrame(opcodes.text, `42${id}${JSON.stringify([event, textOf(task)])}`)];
    const text = `451-${id}${JSON.stringify([event, { _placeholder: true, num: 0 }])}`;
    return [maskedFrame(opcodes.text, text), maskedFrame(opcodes.binary, bytesOf(task))];
  });
  return frames.flat();
}

function meaning(opcode: number, start: string): Meaning {
  // A binary message is complete with its second frame, which holds the bytes.
  if (opcode === opcodes.binary || start.startsWith("42") || start.startsWith("43")) return "message";
  if (start.startsWith("45") || start.startsWith("46") || start === "") return "nothing";
  if (start.startsWith("40")) return "open";
  if (start.startsWith("0")) return { say: "40" };
  if (start === "2") return { say: "3" };
  throw new Error(`unexpected packet ${start}`);
}
