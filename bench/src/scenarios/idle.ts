// What a connection that says nothing costs in memory, when the garbage of its beginning is gone.

import type { Target } from "../systems/system.ts";
import type { Task } from "../task.ts";
import { atOnce } from "./at-once.ts";
import type { Figures, Scenario, Stage } from "./scenario.ts";

const task: Task = { role: "echo", kind: "text", bytes: 64, together: 1 };

const connectsAtOnce = 64;
/** These bring in what there is once for all. */
const firstConnections = 300;

export const idle: Scenario = {
  name: "idle connections",
  group: "memory",
  unit: "RSS, KB per connection",
  task,
  full: { connections: 10_000, warmUpMs: 0, measureMs: 0 },
  quick: { connections: 1_000, warmUpMs: 0, measureMs: 0, only: ["ws", "wireway-websocket", "wireway-polling"] },
  async play(stage: Stage): Promise<Figures> {
    let failure: Error | undefined;
    const target: Target = {
      port: stage.port,
      heard: () => {},
      lost: (error) => {
        failure ??= error;
      },
    };
    const one = async (): Promise<void> => void (await stage.client.connect(target));
    await atOnce(firstConnections, connectsAtOnce, one);
    const before = await stage.settle();
    await atOnce(stage.size.connections, connectsAtOnce, one);
    const after = await stage.settle();
    if (failure) throw failure;
    const perConnection = (bytes: number): number => bytes / stage.size.connections / 1_000;
    return {
      cost: perConnection(after.rssBytes - before.rssBytes),
      count: stage.size.connections,
      more: {
        "heap KB": perConnection(after.heapBytes - before.heapBytes),
        "external KB": perConnection(after.externalBytes - before.externalBytes),
        "RSS MB": after.rssBytes / 1e6,
      },
    };
  },
};
