// Medians and spreads.

/** Of values in ascending order; 0 of none. The nearest one below, without interpolation. */
export function quantile(ascending: ArrayLike<number>, part: number): number {
  const { length } = ascending;
  return length === 0 ? 0 : (ascending[Math.min(length - 1, Math.floor(length * part))] as number);
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** NaN throughout when there are no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
  return { median, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}
