// Which values each field of the weather may have, as a table. A weather often comes from outside (a page's form, a test's
// typo), and a field that is silently ignored would let a test pass without the obstacle it is about.

import type { Weather } from "./weather.ts";

/** Timers hold 31 bits; more would fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

interface Rule {
  readonly expects: string;
  readonly accepts: (value: unknown) => boolean;
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isMs = (value: unknown): boolean => isNumber(value) && value >= 0 && value <= MAX_TIMER_MS;
const isErrorStatus = (value: unknown): boolean =>
  isCount(value) && (value as number) >= 400 && (value as number) <= 599;
const isRecord = (value: unknown): value is { min?: unknown; max?: unknown; refuse?: unknown } =>
  typeof value === "object" && value !== null;

const flag: Rule = { expects: "true or false", accepts: (value) => typeof value === "boolean" };
const probability: Rule = {
  expects: "a probability from 0 to 1",
  accepts: (value) => isNumber(value) && value >= 0 && value <= 1,
};
const ms: Rule = { expects: `milliseconds from 0 to ${MAX_TIMER_MS}`, accepts: isMs };
const count: Rule = { expects: "an integer from 0", accepts: isCount };
const status: Rule = { expects: "a status from 400 to 599", accepts: isErrorStatus };
const oneOf = (...names: readonly unknown[]): Rule => ({
  expects: `one of ${names.map((name) => JSON.stringify(name)).join(", ")}`,
  accepts: (value) => names.includes(value),
});
const orNull = (rule: Rule): Rule => ({
  expects: `${rule.expects}, or null`,
  accepts: (value) => value === null || rule.accepts(value),
});
const range: Rule = {
  expects: "{ min, max } in milliseconds, ascending",
  accepts: (value) => isRecord(value) && isMs(value.min) && isMs(value.max) && Number(value.min) <= Number(value.max),
};
const verdicts = oneOf("pass", "swallow", "reset", "strip");
const upgrade: Rule = {
  expects: `${verdicts.expects}, or { refuse: ${status.expects} }`,
  accepts: (value) => verdicts.accepts(value) || (isRecord(value) && isErrorStatus(value.refuse)),
};

const rules: { readonly [Field in keyof Weather]: Rule } = {
  upgrade,
  killAfterMs: orNull(ms),
  killAfterBytes: orNull(count),
  starve: oneOf("up", "down", "both", null),
  starveAfterMs: ms,
  duplicateRate: probability,
  delayMs: orNull(range),
  maxBodyBytes: orNull(count),
  errorRate: probability,
  errorStatus: status,
  bufferResponses: flag,
  loseResponses: probability,
  loseNextResponses: count,
  cutResponsesAfterBytes: orNull(count),
  truncateResponsesAfterBytes: orNull(count),
  starveResponsesAfterMs: orNull(ms),
  latencyMs: ms,
  idleCutMs: orNull(ms),
  randomCutMs: orNull(ms),
  captivePortal: flag,
  down: flag,
};

/** Throws a RangeError that names the first field that does not exist or has a value it may not have. */
export function checkWeather(change: Partial<Weather>): void {
  for (const [field, value] of Object.entries(change)) {
    if (!Object.hasOwn(rules, field)) throw new RangeError(`there is no weather called "${field}"`);
    const rule = rules[field as keyof Weather];
    if (!rule.accepts(value)) throw new RangeError(`${field} is ${JSON.stringify(value)}, it takes ${rule.expects}`);
  }
}
