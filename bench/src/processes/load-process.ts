// The process that loads the server: plays one scenario with the cheap clients of a system.

import type { Figures } from "../scenarios/scenario.ts";
import { scenarioNamed } from "../scenarios/scenarios.ts";
import { systemNamed } from "../systems/systems.ts";
import { RemoteCalls } from "./remote-calls.ts";
import type { Memory, Usage } from "./usage.ts";

export interface LoadOrder {
  readonly scenario: string;
  readonly system: string;
  readonly size: "full" | "quick";
}

const calls: RemoteCalls = new RemoteCalls(process, {
  async play({ scenario: name, system: systemName, size }: LoadOrder): Promise<Figures> {
    const scenario = scenarioNamed(name);
    const system = systemNamed(systemName);
    const port = await calls.call<number>("start", { system: systemName, task: scenario.task });
    return scenario.play({
      system: systemName,
      port,
      size: scenario[size] ?? scenario.full,
      client: system.client(scenario.task),
      task: scenario.task,
      usage: () => calls.call<Usage>("usage"),
      settle: () => calls.call<Memory>("settle"),
      tick: () => calls.call<void>("tick"),
      outboxBytes: () => calls.call<number>("outboxBytes"),
      restart: async () => {
        await calls.call<void>("restart");
        return calls.call<number>("start", { system: systemName, task: scenario.task });
      },
      clientOf: (name) => systemNamed(name).client(scenario.task),
    });
  },
  exit: (): void => void setImmediate(() => process.exit(0)),
});

process.on("disconnect", () => process.exit(0));
