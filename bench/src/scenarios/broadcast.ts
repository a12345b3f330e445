// One event to everybody, and ten of them in one tick. The next comes when everybody has heard the last.

import { Crowd } from "./crowd.ts";
import { measured } from "./measured.ts";
import { messageSockets } from "./played-by.ts";
import type { Scenario } from "./scenario.ts";

export const broadcasts: readonly Scenario[] = [1_000, 5_000, 10_000].flatMap((connections) =>
  [1, 10].map(
    (together): Scenario => ({
      name: `broadcast ${together === 1 ? "one event" : "ten in a tick"} to ${connections}`,
      group: "broadcast",
      unit: "server CPU, µs per delivery",
      task: { role: "broadcast", kind: "text", bytes: 64, together },
      systems: messageSockets,
      full: { connections, warmUpMs: 700, measureMs: 1_500 },
      ...(connections === 1_000 ? { quick: { connections, warmUpMs: 250, measureMs: 300 } } : {}),
      async play(stage) {
        const crowd = new Crowd(stage);
        await crowd.connect();
        return measured(stage, (ms) => crowd.listen(ms));
      },
    }),
  ),
);
