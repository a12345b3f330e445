// How much a session may send, and all sessions of one address together: messages and bytes a second. What counts are the
// messages of the session's log, each once, whichever connection carried them and however often they came.
// Not here: what becomes of a session that sends too much (rate-check); control packets (control-limit).

import { isIPv6 } from "node:net";
import type { ResolvedOptions } from "./options.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Addresses that are counted at a time; above it those that were heard least lately start anew. */
export const maxAddresses = 65_536;

const limits = [
  "sessionMessagesPerSecond",
  "sessionBytesPerSecond",
  "addressMessagesPerSecond",
  "addressBytesPerSecond",
] as const;
export type RateLimitName = (typeof limits)[number];

type RateOptions = Pick<ResolvedOptions, RateLimitName | "rateBurstSeconds">;

/** A limit that is nearly (`low`) or quite (`empty`) used up. */
export interface RateWarning {
  readonly level: "low" | "empty";
  readonly name: RateLimitName;
  readonly perSecond: number;
}

/** What one session may still send. */
export interface SessionRate {
  /** A message came; undefined when all is well. */
  take(bytes: number, now: number): RateWarning | undefined;
}

export class RateLimits {
  readonly #options: RateOptions;
  readonly #limitsAny: boolean;
  /** From the one that was heard least lately. */
  readonly #addresses = new Map<string, { readonly rate: SessionRate; heardAt: number }>();

  constructor(options: RateOptions) {
    this.#options = options;
    this.#limitsAny = this.#limits(...limits);
  }

  /** How many addresses are counted. */
  get size(): number {
    return this.#addresses.size;
  }

  /** Undefined where nothing is limited. */
  session(address: string, now: number): SessionRate | undefined {
    if (!this.#limitsAny) return undefined;
    const own = this.#buckets("sessionMessagesPerSecond", "sessionBytesPerSecond", now);
    if (!this.#limits("addressMessagesPerSecond", "addressBytesPerSecond")) return own;
    const name = networkOf(address);
    return { take: (bytes, at) => worse(own.take(bytes, at), this.#address(name, at).take(bytes, at)) };
  }

  #limits(...names: readonly RateLimitName[]): boolean {
    return names.some((name) => this.#options[name] < Number.POSITIVE_INFINITY);
  }

  #address(name: string, now: number): SessionRate {
    const known = this.#addresses.get(name);
    const entry = known ?? {
      rate: this.#buckets("addressMessagesPerSecond", "addressBytesPerSecond", now),
      heardAt: now,
    };
    entry.heardAt = now;
    this.#addresses.delete(name);
    this.#addresses.set(name, entry);
    if (!known) this.#forget(now);
    return entry.rate;
  }

  /** One that was left alone for a whole burst is full again: as good as one that was never heard. */
  #forget(now: number): void {
    const since = now - this.#options.rateBurstSeconds * 1_000;
    for (const [name, { heardAt }] of this.#addresses) {
      if (heardAt > since && this.#addresses.size <= maxAddresses) return;
      this.#addresses.delete(name);
    }
  }

  #buckets(messages: RateLimitName, bytes: RateLimitName, now: number): SessionRate {
    const count = this.#bucket(messages, now);
    const size = this.#bucket(bytes, now);
    return { take: (amount, at) => worse(count?.(1, at), size?.(amount, at)) };
  }

  #bucket(name: RateLimitName, now: number): ((amount: number, now: number) => RateWarning | undefined) | undefined {
    const perSecond = this.#options[name];
    if (perSecond === Number.POSITIVE_INFINITY) return undefined;
    const bucket = new TokenBucket(perSecond, this.#options.rateBurstSeconds, now);
    return (amount, at) => {
      const level = bucket.take(amount, at);
      return level === "enough" ? undefined : { level, name, perSecond };
    };
  }
}

function worse(one: RateWarning | undefined, other: RateWarning | undefined): RateWarning | undefined {
  return other?.level === "empty" ? other : (one ?? other);
}

/**
 * What counts as one address: of IPv6 the network, as a single line has 2⁶⁴ addresses there.
 * Source: RFC 6177, RFC 4291 section 2.5.4.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  // An IPv4 address in IPv6's clothes, as sockets that listen on both tell it.
  const mapped = /^::ffff:([\d.]+)$/i.exec(address);
  if (mapped) return mapped[1] as string;
  const [front = "", back] = address.toLowerCase().split("%", 1).join("").split("::");
  const groups = front === "" ? [] : front.split(":");
  if (back !== undefined) {
    const rest = back === "" ? [] : back.split(":");
    const width = rest.length + (back.includes(".") ? 1 : 0);
    while (groups.length + width < 8) groups.push("0");
    groups.push(...rest);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
