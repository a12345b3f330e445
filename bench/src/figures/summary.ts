// From single repetitions to one row for each system of a scenario. Ratios are taken within a repetition, where both had the
// same machine at nearly the same time, and their median is told.

import type { Figures } from "../scenarios/scenario.ts";
import { type Spread, spreadOf } from "./statistics.ts";

export interface Repetition {
  readonly scenario: string;
  readonly system: string;
  readonly repetition: number;
  /** Missing when it failed. */
  readonly figures?: Figures;
  readonly error?: string;
}

export interface Row {
  readonly scenario: string;
  readonly system: string;
  readonly repetitions: number;
  readonly cost: Spread;
  /** To the baseline's cost in the same repetition. */
  readonly ratio: Spread;
  /** Medians of all else that was measured. */
  readonly more: Readonly<Record<string, number>>;
  readonly errors: readonly string[];
}

export function summarize(repetitions: readonly Repetition[], scenario: string, baseline: string): Row[] {
  const own = repetitions.filter((one) => one.scenario === scenario);
  const bases = new Map(own.filter((one) => one.system === baseline).map((one) => [one.repetition, one.figures?.cost]));
  return [...new Set(own.map(({ system }) => system))].map((system) => {
    const mine = own.filter((one) => one.system === system);
    const played = mine.flatMap(({ repetition, figures }) =>
      figures && figures.count > 0 ? [{ repetition, figures }] : [],
    );
    const ratios = played.flatMap(({ repetition, figures }) => {
      const base = bases.get(repetition);
      return base === undefined ? [] : [figures.cost / base];
    });
    const names = [...new Set(played.flatMap(({ figures }) => Object.keys(figures.more)))];
    return {
      scenario,
      system,
      repetitions: played.length,
      cost: spreadOf(played.map(({ figures }) => figures.cost)),
      ratio: spreadOf(ratios),
      more: Object.fromEntries(
        names.map((name) => [name, spreadOf(played.flatMap(({ figures }) => figures.more[name] ?? [])).median]),
      ),
      errors: mine.flatMap(({ figures, error }) =>
        error !== undefined ? [error] : figures && figures.count > 0 ? [] : ["nothing was measured"],
      ),
    };
  });
}
