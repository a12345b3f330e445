// What Wireway has to reach, and what it aims at: the rows that decide. Where they are missed docs/performance.md says why.

import type { Row } from "./summary.ts";

export interface Goal {
  readonly scenario: string;
  readonly system: string;
  /** The figure is at most this. */
  readonly must: number;
  readonly goal: number;
  /** Which figure it is: the ratio to the scenario's baseline when missing. */
  readonly figure?: string;
}

const webSocket = "wireway-websocket";

export const goals: readonly Goal[] = [
  { scenario: "echo 1 in flight, 64 B text", system: webSocket, must: 1.25, goal: 1.1 },
  { scenario: "echo 16 in flight, 64 B text", system: webSocket, must: 0.5, goal: 0.2 },
  { scenario: "echo 1 in flight, 64 KiB binary", system: webSocket, must: 1.1, goal: 1 },
  { scenario: "burst server → client, 64 B", system: webSocket, must: 0.3, goal: 0.1 },
  { scenario: "burst client → server, 64 B", system: webSocket, must: 0.3, goal: 0.1 },
  { scenario: "broadcast one event to 5000", system: webSocket, must: 1, goal: 0.8 },
  { scenario: "broadcast ten in a tick to 5000", system: webSocket, must: 0.2, goal: 0.12 },
  { scenario: "push one event to 1000 over streams", system: "wireway-streaming", must: 1.3, goal: 1 },
  { scenario: "push one event to 1000 over streams", system: "wireway-sse", must: 1.3, goal: 1 },
  { scenario: "polling, 1 in flight, 64 B", system: "wireway-polling", must: 1.5, goal: 1.2 },
  { scenario: "connecting", system: webSocket, must: 1.5, goal: 1.25 },
  { scenario: "connecting from 50 ms away", system: webSocket, must: 3, goal: 3, figure: "round trips" },
  { scenario: "idle connections", system: webSocket, must: 1.5, goal: 1.2 },
];

/** What the rows say of it; undefined when it was not measured. */
export function reached({ scenario, system, figure }: Goal, rows: readonly Row[]): number | undefined {
  const row = rows.find((one) => one.scenario === scenario && one.system === system);
  if (!row || row.repetitions === 0) return undefined;
  return figure === undefined ? row.ratio.median : row.more[figure];
}
