// Bun's own server, in Bun: what a server in native code takes. Its broadcast is its own `publish`.
// Source: https://bun.sh/docs/api/websockets.

import { bytesOf, type Task, textOf } from "../task.ts";
import { bareClient } from "./bare-ws.ts";
import type { ServerSide, System } from "./system.ts";

type Data = string | Uint8Array;

/** The little of Bun's own types that is used; no package of types is needed for it. */
interface BunSocket {
  /** The application's own. */
  data: { events: number };
  send(data: Data): number;
  subscribe(topic: string): void;
}

interface BunRuntime {
  serve(options: {
    readonly port: number;
    readonly hostname: string;
    fetch(
      request: unknown,
      server: { upgrade(request: unknown, options: { data: BunSocket["data"] }): boolean },
    ): undefined;
    readonly websocket: {
      open(socket: BunSocket): void;
      message(socket: BunSocket, data: Data): void;
    };
  }): { readonly port: number; publish(topic: string, data: Data): number };
}

export const bunServer: System = {
  name: "bun",
  runtime: "bun",
  async serve(task: Task): Promise<ServerSide> {
    const { Bun } = globalThis as unknown as { readonly Bun: BunRuntime };
    const data: Data = task.kind === "text" ? textOf(task) : bytesOf(task);
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request, upgrading) {
        upgrading.upgrade(request, { data: { events: 0 } });
        return undefined;
      },
      websocket: {
        open: (socket) => socket.subscribe("all"),
        message: (socket, message) => applications[task.role](socket, task, message, data),
      },
    });
    return {
      port: server.port,
      tick(): void {
        for (let event = 0; event < task.together; event++) server.publish("all", data);
      },
    };
  },
  client: (task) => bareClient(task),
};

const applications: Record<Task["role"], (socket: BunSocket, task: Task, message: Data, data: Data) => void> = {
  echo: (socket, _task, message) => void socket.send(message),
  count(socket, { together }, _message, data) {
    if (++socket.data.events % together === 0) socket.send(data);
  },
  burst(socket, { together }, _message, data) {
    for (let event = 0; event < together; event++) socket.send(data);
  },
  broadcast: () => {},
  rooms: () => {},
  churn: () => {},
};
