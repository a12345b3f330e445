// What a client has learnt of the intermediaries on its path: how long they let a connection be quiet, and how large a body
// may be. Told what happened, never asks; one for all sessions with a server, because the path outlives them.
// Not here: which transports the path lets through (the client's preference).

import { isWhole } from "./terms.ts";

/** A connection that was quiet for less was not cut for that: no intermediary is known to be so impatient. */
const leastQuietMs = 3_000;

/** No more frequent signs of life are wished for. */
const leastWishMs = 1_000;

/** The part of what the path allows after which a sign of life is wished for: it has a way to go, and timers are late. */
const wishedPart = 0.6;

/** Two cuts are of one kind when their quiet times differ by no more than this part. */
const alikePart = 0.25;

/** A body is closed when it has this many bytes, unless less is known to get through; the rest follows in the next one. */
export const bodyBytes = 65_536;

/** A body always holds a message: with a limit of one byte, one. More would be said again for ever where that is refused. */
const leastBodyBytes = 1;

/** How long it is believed: the path may have changed since. */
const learntMs = 1_800_000;

export interface LearntLimits {
  readonly pingIntervalMs?: number;
  readonly bodyBytes?: number;
}

export class PathLimits {
  #pingIntervalMs: number | undefined;
  #bodyBytes = bodyBytes;
  #untilMs = Number.NEGATIVE_INFINITY;
  /** How quiet it was before the last cut of each transport: they take turns, and each may have a limit of its own. */
  readonly #quietMs = new Map<string, number>();

  /** What was learnt earlier, as `learnt` gave it, if nobody spoilt it since. */
  recall(
    { pingIntervalMs, bodyBytes: bytes }: { readonly [Field in keyof LearntLimits]?: unknown },
    now: number,
  ): void {
    if (isWhole(pingIntervalMs, 0)) this.#pingIntervalMs = Math.max(leastWishMs, pingIntervalMs);
    if (isWhole(bytes, 0)) this.#bodyBytes = Math.min(bodyBytes, Math.max(leastBodyBytes, bytes));
    this.#untilMs = now + learntMs;
  }

  /** What is worth remembering; undefined while the path has shown no limit. */
  learnt(now: number): LearntLimits | undefined {
    this.#expire(now);
    const pingIntervalMs = this.#pingIntervalMs;
    const bytes = this.#bodyBytes;
    if (pingIntervalMs === undefined && bytes === bodyBytes) return undefined;
    return { ...(pingIntervalMs !== undefined && { pingIntervalMs }), ...(bytes < bodyBytes && { bodyBytes: bytes }) };
  }

  /** How often this side wishes for a sign of life; undefined for as often as the terms say. */
  pingIntervalMs(now: number): number | undefined {
    this.#expire(now);
    return this.#pingIntervalMs;
  }

  /** How many bytes of messages a body may carry. */
  bodyBytes(now: number): number {
    this.#expire(now);
    return this.#bodyBytes;
  }

  /**
   * Somebody cut a connection or a poll on which nothing was under way. Once may be chance; twice after the same time of
   * quiet is a limit. @returns whether it was quiet for so long that the quiet may be why.
   */
  cut(quietMs: number, now: number, transport = ""): boolean {
    if (quietMs < leastQuietMs) return false;
    this.#expire(now);
    const isAlike = (other: number): boolean => Math.abs(quietMs - other) <= alikePart * Math.max(quietMs, other);
    const alike = [...this.#quietMs.values()].filter(isAlike);
    this.#quietMs.set(transport, quietMs);
    // A limit below what is wished for already needs no second look.
    const below = this.#pingIntervalMs !== undefined && quietMs <= this.#pingIntervalMs;
    if (alike.length === 0 && !below) return true;
    const least = Math.min(quietMs, ...alike);
    const wishMs = Math.round(least * wishedPart);
    this.#pingIntervalMs = Math.min(wishMs, this.#pingIntervalMs ?? wishMs);
    this.#untilMs = now + learntMs;
    return true;
  }

  /** Somebody found a body too large that carried so many bytes of messages. */
  refused(bytes: number, now: number): void {
    this.#bodyBytes = Math.max(leastBodyBytes, Math.min(this.bodyBytes(now), Math.floor(bytes / 2)));
    this.#untilMs = now + learntMs;
  }

  #expire(now: number): void {
    if (now < this.#untilMs) return;
    this.#pingIntervalMs = undefined;
    this.#bodyBytes = bodyBytes;
  }
}
