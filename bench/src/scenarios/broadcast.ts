// One event to everybody, and ten of them in one tick. The next comes when everybody has heard the last.

import { Crowd } from "./crowd.ts";
import { measured } from "./measured.ts";
import { messageSockets } from "./played-by.ts";
import type { Scenario } from "./scenario.ts";

const unit = "server CPU, µs per delivery";

/** Everybody over WebSocket but one in a hundred, who is polled; others have nothing of the kind. */
const mixed: Scenario = {
  name: "broadcast one event to 5000, 1 % of them polled",
  group: "broadcast",
  unit,
  task: { role: "broadcast", kind: "text", bytes: 64, together: 1 },
  systems: ["ws", "wireway-websocket"],
  full: { connections: 5_000, warmUpMs: 2_500, measureMs: 1_500 },
  async play(stage) {
    const crowd = new Crowd(stage);
    await crowd.connect(stage.system === "wireway-websocket" ? stage.clientOf("wireway-polling") : undefined);
    return measured(stage, (ms) => crowd.listen(ms));
  },
};

const plain: readonly Scenario[] = [1_000, 5_000, 10_000].flatMap((connections) =>
  [1, 10].map(
    (together): Scenario => ({
      name: `broadcast ${together === 1 ? "one event" : "ten in a tick"} to ${connections}`,
      group: "broadcast",
      unit,
      task: { role: "broadcast", kind: "text", bytes: 64, together },
      systems: messageSockets,
      full: { connections, warmUpMs: 2_500, measureMs: 1_500 },
      ...(connections === 1_000 ? { quick: { connections, warmUpMs: 250, measureMs: 300 } } : {}),
      async play(stage) {
        const crowd = new Crowd(stage);
        await crowd.connect();
        return measured(stage, (ms) => crowd.listen(ms));
      },
    }),
  ),
);

export const broadcasts: readonly Scenario[] = [...plain, mixed];
