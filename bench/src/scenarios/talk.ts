// Request and answer, and bursts in both directions: connections that speak as soon as they have heard all.

import type { Task } from "../task.ts";
import { Crowd } from "./crowd.ts";
import { measured } from "./measured.ts";
import { messageSockets } from "./played-by.ts";
import type { Scenario } from "./scenario.ts";

const connections = 64;
const eventsInBurst = 100;

const sizes = {
  full: { connections, warmUpMs: 1_000, measureMs: 1_500 },
  quick: { connections, warmUpMs: 300, measureMs: 300 },
} as const;

function talk(name: string, group: string, task: Task): Scenario {
  return {
    name,
    group,
    unit: "server CPU, µs per message",
    task,
    systems: messageSockets,
    ...sizes,
    async play(stage) {
      const crowd = new Crowd(stage);
      await crowd.connect();
      return measured(stage, (ms) => crowd.converse(ms));
    },
  };
}

const payloads: readonly (readonly [label: string, bytes: number, kind: Task["kind"]])[] = [
  ["64 B", 64, "text"],
  ["1 KiB", 1_024, "text"],
  ["64 KiB", 65_536, "text"],
  ["64 B", 64, "binary"],
  ["64 KiB", 65_536, "binary"],
];

export const requestAnswer: readonly Scenario[] = payloads.flatMap(([label, bytes, kind]) =>
  [1, 16].map((together) =>
    talk(`echo ${together} in flight, ${label} ${kind}`, "request and answer", { role: "echo", kind, bytes, together }),
  ),
);

const burst = { kind: "text", bytes: 64, together: eventsInBurst } as const;

export const bursts: readonly Scenario[] = [
  talk("burst server → client, 64 B", "bursts", { ...burst, role: "burst" }),
  talk("burst client → server, 64 B", "bursts", { ...burst, role: "count" }),
  // What a server would get if the clients of the others gathered their frames, too.
  talk("burst client → server, 64 B, gathered", "bursts", { ...burst, role: "count", gathered: true }),
];
