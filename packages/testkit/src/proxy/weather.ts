// What an intermediary does to the traffic that passes through it, as plain data (it survives JSON, so a page can send it).
// Everything is off by default: `clearWeather` passes every byte on as it came.
// Not here: how each field is carried out (see exchange.ts, response-fate.ts and tunnel.ts).

import { checkWeather } from "./weather-rules.ts";

/** What happens to a request that asks for an upgrade. */
export type UpgradeWeather =
  /** Forwarded; the peers talk. */
  | "pass"
  /** Accepted and never answered; the connection stays open. */
  | "swallow"
  /** The connection is reset. */
  | "reset"
  /** Forwarded as a plain request, without `Connection` and `Upgrade`, as an intermediary does that does not know them. */
  | "strip"
  /** Answered with this status (400–599) by the intermediary. */
  | { readonly refuse: number };

/** Directions of travel: up is client to server, down is server to client. */
export type Direction = "up" | "down";

/** What the intermediary does at the moment. Times are milliseconds, sizes bytes, probabilities 0 to 1. */
export interface Weather {
  // Upgrade requests and upgraded connections

  /** What happens to upgrade requests. @default "pass" */
  readonly upgrade: UpgradeWeather;
  /** Upgraded connections are reset this many milliseconds after the 101, living ones too; `null` is never. @default null */
  readonly killAfterMs: number | null;
  /** Upgraded connections are reset once this many bytes, both directions together, followed the 101; `null` is never. @default null */
  readonly killAfterBytes: number | null;
  /**
   * Bytes of upgraded connections, and their endings, vanish in this direction while TCP stays open; the 101 always gets through.
   * Applies to living connections at once. TCP has no gaps: a connection that lost bytes stays starved when the weather clears.
   * @default null
   */
  readonly starve: Direction | "both" | null;
  /** Milliseconds after the 101 from which `starve` applies, as when a NAT entry is lost. @default 0 */
  readonly starveAfterMs: number;

  // Plain requests

  /** Probability that a request is sent to the server twice; the client gets one of the two answers. @default 0 */
  readonly duplicateRate: number;
  /** Each request waits a random number of milliseconds in this range (both included) before it is sent, so requests overtake one another; `null` is off. @default null */
  readonly delayMs: { readonly min: number; readonly max: number } | null;
  /** A request with a body of more bytes is answered with 413; `null` is no limit. @default null */
  readonly maxBodyBytes: number | null;
  /** Probability that a request is answered with `errorStatus` without reaching the server. @default 0 */
  readonly errorRate: number;
  /** The status of such an answer (400–599). @default 502 */
  readonly errorStatus: number;

  // Responses to plain requests; decided when the server's answer begins

  /** A response is held until it is complete, or until the proxy's `maxBufferedBytes` are held. @default false */
  readonly bufferResponses: boolean;
  /** Probability that a response is lost: the server writes it completely, then the client's connection is reset. @default 0 */
  readonly loseResponses: number;
  /** How many of the next responses are lost for certain; counts itself down. @default 0 */
  readonly loseNextResponses: number;
  /** The client's connection is reset as soon as this many bytes of a response's body were passed on; `null` is never. @default null */
  readonly cutResponsesAfterBytes: number | null;
  /** A response's body ends after this many bytes and looks complete (no `Content-Length`); `null` is never. @default null */
  readonly truncateResponsesAfterBytes: number | null;
  /** Bytes of a response vanish from this many milliseconds after its head, while TCP stays open; `null` is never. @default null */
  readonly starveResponsesAfterMs: number | null;

  // Everything

  /** One-way delay in milliseconds between the intermediary and the server, both directions, order kept; living traffic too. @default 0 */
  readonly latencyMs: number;
  /** A connection is reset when nothing moves on it for this many milliseconds during an exchange or after an upgrade; `null` is never. @default null */
  readonly idleCutMs: number | null;
  /** Every connection lives for a random time with this mean (exponential) and is then reset; living ones draw anew when it changes; `null` is off. @default null */
  readonly randomCutMs: number | null;
  /** Every request, upgrade or not, is answered with 200 and an HTML page. @default false */
  readonly captivePortal: boolean;
  /** New connections are accepted and reset, and so is a living one at its next request; what is under way goes on (see `cut`). @default false */
  readonly down: boolean;
}

/** No weather at all: the defaults. */
export const clearWeather: Weather = Object.freeze({
  upgrade: "pass",
  killAfterMs: null,
  killAfterBytes: null,
  starve: null,
  starveAfterMs: 0,
  duplicateRate: 0,
  delayMs: null,
  maxBodyBytes: null,
  errorRate: 0,
  errorStatus: 502,
  bufferResponses: false,
  loseResponses: 0,
  loseNextResponses: 0,
  cutResponsesAfterBytes: null,
  truncateResponsesAfterBytes: null,
  starveResponsesAfterMs: null,
  latencyMs: 0,
  idleCutMs: null,
  randomCutMs: null,
  captivePortal: false,
  down: false,
});

/** The weather with some fields changed. Throws a RangeError that names the first field that does not exist or is out of range. */
export function changeWeather(weather: Weather, change: Partial<Weather>): Weather {
  checkWeather(change);
  return Object.freeze({ ...weather, ...change });
}
