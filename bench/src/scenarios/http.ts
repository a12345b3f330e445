// What HTTP costs: events that are pushed down a response that stays open, beside the same over WebSocket; and long polling,
// beside a bare server that holds requests and does nothing else.

import type { Task } from "../task.ts";
import { Crowd } from "./crowd.ts";
import { measured } from "./measured.ts";
import { polled, streams } from "./played-by.ts";
import type { Scenario } from "./scenario.ts";

const sizes = {
  full: { connections: 64, warmUpMs: 1_000, measureMs: 1_500 },
  quick: { connections: 64, warmUpMs: 300, measureMs: 300 },
} as const;

const small = { kind: "text", bytes: 64 } as const;
/** A POST, and a poll that is answered with what it made the server say. */
const requestsPerRound = 2;

function polling(name: string, task: Task): Scenario {
  return {
    name,
    group: "polling",
    unit: "server CPU, µs per request",
    task,
    systems: polled,
    baseline: "node:http",
    ...sizes,
    async play(stage) {
      const crowd = new Crowd(stage);
      await crowd.connect();
      return measured(stage, (ms) => crowd.converse(ms), requestsPerRound / task.together);
    },
  };
}

export const http: readonly Scenario[] = [
  {
    name: "push one event to 1000 over streams",
    group: "streams",
    unit: "server CPU, µs per event",
    task: { ...small, role: "broadcast", together: 1 },
    systems: streams,
    baseline: "wireway-websocket",
    ...sizes,
    full: { ...sizes.full, connections: 1_000 },
    quick: { ...sizes.quick, connections: 300 },
    async play(stage) {
      const crowd = new Crowd(stage);
      await crowd.connect();
      return measured(stage, (ms) => crowd.listen(ms));
    },
  },
  {
    name: "push bursts of 100 over streams",
    group: "streams",
    unit: "server CPU, µs per event",
    task: { ...small, role: "burst", together: 100 },
    systems: streams,
    baseline: "wireway-websocket",
    ...sizes,
    async play(stage) {
      const crowd = new Crowd(stage);
      await crowd.connect();
      return measured(stage, (ms) => crowd.converse(ms));
    },
  },
  polling("polling, 1 in flight, 64 B", { ...small, role: "echo", together: 1 }),
  polling("polling, 8 in flight, 64 B", { ...small, role: "echo", together: 8 }),
];
