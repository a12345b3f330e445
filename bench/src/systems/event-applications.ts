// The server's application in a scenario, where a system has events and acknowledgements: the same lines for each of them.

import type { Role, Task } from "../task.ts";

/** What an event brings. */
export type EventData = string | Uint8Array;

/** As much of a server's socket as the applications need. */
interface EventSocket {
  on(event: string, listener: (data: EventData, reply: (data: EventData) => void) => void): unknown;
  emit(event: string, data: EventData): unknown;
}

export const eventApplications: Readonly<Record<Role, (socket: EventSocket, task: Task, data: EventData) => void>> = {
  echo: (socket) => {
    socket.on("echo", (data, reply) => reply(data));
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
  rooms: () => {},
  churn: () => {},
};
