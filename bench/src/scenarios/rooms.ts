// 10,000 clients in rooms of ten: an event to each room, and everybody moving on to the next room.

import type { Task } from "../task.ts";
import { Crowd } from "./crowd.ts";
import { measured } from "./measured.ts";
import type { Scenario, Size } from "./scenario.ts";

const full: Size = { connections: 10_000, warmUpMs: 2_500, measureMs: 1_500 };
const systems = ["ws", "wireway-websocket", "socket.io"];
const task: Omit<Task, "role"> = { kind: "text", bytes: 64, together: 1 };

export const rooms: readonly Scenario[] = [
  {
    name: "an event to each of 1000 rooms of ten",
    group: "rooms",
    unit: "server CPU, µs per delivery",
    task: { ...task, role: "rooms" },
    systems,
    full,
    async play(stage) {
      const crowd = new Crowd(stage);
      await crowd.connect();
      return measured(stage, (ms) => crowd.listen(ms));
    },
  },
  {
    name: "10000 clients leave a room and join another",
    group: "rooms",
    unit: "server CPU, µs per move",
    task: { ...task, role: "churn" },
    systems,
    full,
    async play(stage) {
      const crowd = new Crowd(stage);
      await crowd.connect();
      return measured(stage, (ms) => crowd.watch(ms));
    },
  },
];
