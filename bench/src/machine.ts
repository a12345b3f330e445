// What the figures were measured on.

import { cpus, totalmem } from "node:os";
import { processors } from "./processes/pinned-process.ts";

export interface Machine {
  readonly processor: string;
  readonly memory: string;
  readonly node: string;
  readonly pinned: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    processor: `${all.length} × ${all[0]?.model.trim() ?? "unknown processor"}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: `Node ${process.version}, ${process.platform}`,
    pinned: processors
      ? `server on processor ${processors.server}, load on ${processors.load}`
      : "not pinned: there is one processor, or no taskset",
  };
}
