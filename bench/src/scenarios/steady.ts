// An event a second for everybody, as long as it takes to see whether what is kept until it is confirmed stays as it is.

import { setTimeout as wait } from "node:timers/promises";
import type { Task } from "../task.ts";
import { Crowd } from "./crowd.ts";
import { streams } from "./played-by.ts";
import type { Figures, Scenario, Stage } from "./scenario.ts";

const task: Task = { role: "broadcast", kind: "text", bytes: 64, together: 1 };
const everyMs = 1_000;
const seconds = 20;
/** By then everybody confirms once a second. */
const settledAfter = 5;

export const steady: readonly Scenario[] = [
  scenario(10_000, ["ws", "wireway-websocket"]),
  scenario(1_000, [...streams, "wireway-polling"]),
];

function scenario(connections: number, systems: readonly string[]): Scenario {
  return {
    name: `one event a second to ${connections}`,
    group: "steady",
    unit: "server CPU, µs per event, confirmations included",
    task,
    systems,
    full: { connections, warmUpMs: 0, measureMs: seconds * everyMs },
    play,
  };
}

async function play(stage: Stage): Promise<Figures> {
  const crowd = new Crowd(stage);
  await crowd.connect();
  const outbox: number[] = [];
  let before = await stage.usage();
  for (let second = 0; second < seconds; second++) {
    if (second === settledAfter) before = await stage.usage();
    const pause = wait(everyMs);
    await crowd.listen(0, 1);
    await pause;
    outbox.push((await stage.outboxBytes()) / 1_000 / stage.size.connections);
  }
  const after = await stage.usage();
  const events = (seconds - settledAfter) * stage.size.connections;
  const early = Math.max(...outbox.slice(settledAfter, 10));
  const late = Math.max(...outbox.slice(-5));
  return {
    cost: (after.userUs + after.systemUs - before.userUs - before.systemUs) / events,
    count: events,
    more: {
      "RSS KB, growth per connection": (after.rssBytes - before.rssBytes) / 1_000 / stage.size.connections,
      "outbox KB early": early,
      "outbox KB late": late,
    },
  };
}
