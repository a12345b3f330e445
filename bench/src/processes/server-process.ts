// The process that is measured: one server of one system, and what it has used so far.

import type { ServerSide } from "../systems/system.ts";
import { systemNamed } from "../systems/systems.ts";
import type { Task } from "../task.ts";
import { RemoteCalls } from "./remote-calls.ts";
import { settledMemory } from "./settled-memory.ts";
import type { Memory, Usage } from "./usage.ts";

let server: ServerSide | undefined;

new RemoteCalls(process, {
  async start({ system, task }: { system: string; task: Task }): Promise<number> {
    server = await systemNamed(system).serve(task);
    return server.port;
  },
  usage(): Usage {
    const { user, system } = process.cpuUsage();
    return { userUs: user, systemUs: system, rssBytes: process.memoryUsage.rss() };
  },
  settle: (): Promise<Memory> => settledMemory(),
  tick: (): void => server?.tick(),
  outboxBytes: (): number => server?.outboxBytes?.() ?? 0,
  // An orderly end, so that a profile is written.
  exit: (): void => void setImmediate(() => process.exit(0)),
});

process.on("disconnect", () => process.exit(0));
