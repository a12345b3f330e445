// Which systems play a scenario: those that were asked for, as far as it is theirs, and always what they are compared with.

import type { Order } from "./command-line.ts";
import { baselineOf, type Scenario } from "./scenarios/scenario.ts";
import { plays } from "./systems/systems.ts";

/** Others are measured to know where Wireway stands, and have no place in a smoke test. */
const ours = /^(?:ws|node:http|wireway-.*)$/;

export function playersOf(scenario: Scenario, { systems, wanted, size }: Order): string[] {
  const isEverybody = size === "full" || scenario.quick?.everybody === true;
  return systems.filter(
    (name) =>
      (name === baselineOf(scenario) || wanted.length === 0 || wanted.includes(name) || name === "ws") &&
      (!scenario.systems || scenario.systems.includes(name)) &&
      (isEverybody || ours.test(name)) &&
      (size === "full" || (scenario.quick?.only?.includes(name) ?? true)) &&
      plays(name, scenario.task),
  );
}
