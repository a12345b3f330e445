// Request and answer, and bursts in both directions: connections that speak as soon as they have heard all.

import type { Task } from "../task.ts";
import { Crowd } from "./crowd.ts";
import { measured } from "./measured.ts";
import { messageSockets } from "./played-by.ts";
import type { Scenario, Size } from "./scenario.ts";

const connections = 64;
const eventsInBurst = 100;

const full: Size = { connections, warmUpMs: 2_500, measureMs: 1_200 };
const quick: Size = { connections, warmUpMs: 250, measureMs: 250 };

function talk(name: string, group: string, task: Task, smoke?: Size): Scenario {
  return {
    name,
    group,
    unit: "server CPU, µs per message",
    task,
    systems: messageSockets,
    full,
    ...(smoke ? { quick: smoke } : {}),
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

/** Of these a smoke test plays all that have a budget. */
export const requestAnswer: readonly Scenario[] = payloads.flatMap(([label, bytes, kind], index) =>
  [1, 16].map((together) => {
    const isSmoke = index === 0 || (bytes === 65_536 && kind === "binary" && together === 1);
    const smoke = isSmoke ? { ...quick, everybody: index === 0 && together === 1 } : undefined;
    const task: Task = { role: "echo", kind, bytes, together };
    return talk(`echo ${together} in flight, ${label} ${kind}`, "request and answer", task, smoke);
  }),
);

const burst = { kind: "text", bytes: 64, together: eventsInBurst } as const;

export const bursts: readonly Scenario[] = [
  talk("burst server → client, 64 B", "bursts", { ...burst, role: "burst" }, quick),
  talk("burst client → server, 64 B", "bursts", { ...burst, role: "count" }, quick),
  // What a server would get if the clients of the others gathered their frames, too.
  talk("burst client → server, 64 B, gathered", "bursts", { ...burst, role: "count", gathered: true }),
];
