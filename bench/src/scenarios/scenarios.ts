// All scenarios, in the order of the tables.

import { broadcasts } from "./broadcast.ts";
import { connecting } from "./connecting.ts";
import { http } from "./http.ts";
import { idle } from "./idle.ts";
import { rooms } from "./rooms.ts";
import type { Scenario } from "./scenario.ts";
import { steady } from "./steady.ts";
import { storms } from "./storms.ts";
import { bursts, requestAnswer } from "./talk.ts";

export const scenarios: readonly Scenario[] = [
  ...requestAnswer,
  ...bursts,
  ...broadcasts,
  ...http,
  ...rooms,
  ...connecting,
  idle,
  ...steady,
  ...storms,
];

export function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find((one) => one.name === name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  return scenario;
}
