// What HTTP costs: events that are pushed down a response that stays open, beside the same over WebSocket; and long polling,
// beside a bare server that holds requests and does nothing else.

import type { Task } from "../task.ts";
import { Crowd } from "./crowd.ts";
import { measured } from "./measured.ts";
import { polled, streams } from "./played-by.ts";
import type { Scenario, Size } from "./scenario.ts";

const full: Size = { connections: 64, warmUpMs: 2_500, measureMs: 1_200 };
const quick: Size = { connections: 64, warmUpMs: 250, measureMs: 250 };

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
    full,
    ...(task.together === 1 ? { quick } : {}),
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
    full: { ...full, connections: 1_000 },
    quick: { ...quick, connections: 300 },
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
    full,
    async play(stage) {
      const crowd = new Crowd(stage);
      await crowd.connect();
      return measured(stage, (ms) => crowd.converse(ms));
    },
  },
  polling("polling, 1 in flight, 64 B", { ...small, role: "echo", together: 1 }),
  polling("polling, 8 in flight, 64 B", { ...small, role: "echo", together: 8 }),
];
