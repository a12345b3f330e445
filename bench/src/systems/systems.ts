// All systems, in the order of the tables. The first is the one that all are compared with.

import type { Task } from "../task.ts";
import { bareWs } from "./bare-ws.ts";
import { bunServer } from "./bun-server.ts";
import { engineIo } from "./engine-io.ts";
import { nodeHttp } from "./node-http.ts";
import { sockJs } from "./sock-js.ts";
import { socketIo } from "./socket-io.ts";
import type { System } from "./system.ts";
import { wirewayPolling } from "./wireway-polling.ts";
import { wirewaySse, wirewayStreaming } from "./wireway-streams.ts";
import { wirewayWebSocket } from "./wireway-web-socket.ts";

export const systems: readonly System[] = [
  bareWs,
  wirewayWebSocket,
  wirewayStreaming,
  wirewaySse,
  wirewayPolling,
  nodeHttp,
  socketIo,
  engineIo,
  sockJs,
  bunServer,
];

export function systemNamed(name: string): System {
  const system = systems.find((one) => one.name === name);
  if (!system) throw new Error(`no system ${name}; there are ${systems.map((one) => one.name).join(", ")}`);
  return system;
}

/** Whether it can do what the task wants. */
export function plays(name: string, task: Task): boolean {
  return systemNamed(name).plays?.(task) ?? true;
}
