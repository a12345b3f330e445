// What a ratio may be at most, with so much slack that only a mistake of about ten times goes over it and a busy machine does
// not. For the smoke test; the figures of a quiet machine are in docs/performance.md.

import type { Row } from "./summary.ts";

/** By scenario and system. */
export type Budgets = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** @returns a sentence for each that is over its budget, failed, or should have been measured and was not. */
export function overBudget(rows: readonly Row[], budgets: Budgets, scenarios: readonly string[]): string[] {
  const failures = rows.flatMap(({ scenario, system, errors }) =>
    errors.map((error) => `${scenario}, ${system}: ${error.split("\n")[0]}`),
  );
  const missing = Object.keys(budgets)
    .filter((scenario) => !scenarios.includes(scenario))
    .map((scenario) => `${scenario}: has a budget, and there is no such scenario`);
  const over = scenarios.flatMap((scenario) =>
    Object.entries(budgets[scenario] ?? {}).flatMap(([system, most]) => {
      const ratio = rows.find((row) => row.scenario === scenario && row.system === system)?.ratio.median ?? Number.NaN;
      if (Number.isNaN(ratio)) return [`${scenario}, ${system}: was not measured`];
      return ratio > most ? [`${scenario}, ${system}: ${ratio.toFixed(2)} times, the budget is ${most}`] : [];
    }),
  );
  return [...failures, ...missing, ...over];
}
