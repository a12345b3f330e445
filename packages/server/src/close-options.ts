// How a server is to end: what `close` may be given, and what that may be.

import { WirewayError } from "@wireway/protocol";

export interface CloseOptions {
  /** How long clients may take to hear of the end, in milliseconds; then their connections are cut. @default 10000 */
  readonly timeoutMs?: number;
  /**
   * Over how long clients are asked to leave before that, in milliseconds: evenly, in random order. No session begins in
   * that time, those that live are served and resumed. With 0 all sessions end at once. @default 0
   */
  readonly drainMs?: number;
  /**
   * Address at which those clients begin their next session: `http` or `https`, with the path that a server is mounted at,
   * else this one's. Without it they come back to the same address, where another process should listen. @default none
   */
  readonly redirectTo?: string;
}

export interface ResolvedCloseOptions {
  readonly timeoutMs: number;
  readonly drainMs: number;
  readonly redirectTo: string | undefined;
}

const maxMs = 3_600_000;
const names: readonly string[] = ["timeoutMs", "drainMs", "redirectTo"] satisfies (keyof CloseOptions)[];

/** @param path where this server is mounted. @throws {WirewayError} `invalid_option` */
export function resolveCloseOptions(given: CloseOptions, path: string): ResolvedCloseOptions {
  for (const name of Object.keys(given)) check(names.includes(name), name, "is not known");
  const { timeoutMs = 10_000, drainMs = 0, redirectTo } = given;
  for (const [name, value] of Object.entries({ timeoutMs, drainMs })) {
    const valid = Number.isSafeInteger(value) && value >= 0 && value <= maxMs;
    check(valid, name, `must be a whole number from 0 to ${maxMs}`);
  }
  check(redirectTo === undefined || isAddress(redirectTo), "redirectTo", "must be an address with http or https");
  return { timeoutMs, drainMs, redirectTo: redirectTo && withPath(redirectTo, path) };
}

function withPath(address: string, path: string): string {
  const url = new URL(address);
  return url.pathname === "/" ? new URL(path, url).href : url.href;
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && /^https?:\/\//i.test(value) && URL.canParse(value);
}

function check(valid: boolean, name: string, why: string): void {
  if (!valid) throw new WirewayError("invalid_option", { name, why });
}
