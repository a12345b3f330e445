// Every option of the server: what it means, in which unit, what it is when it is not given, and what it may be. Read once
// when the server is made; never changed after.

import type { IncomingMessage } from "node:http";
import {
  type Contract,
  checkTerms,
  defaultTerms,
  type EnvelopeCodec,
  jsonCodec,
  type Terms,
  WirewayError,
} from "@wireway/protocol";
import type { Adapter } from "./adapter.ts";
import type { Authenticate } from "./identity.ts";
import { checkContract, checkWhenBehind, type NamespaceOptions, type WhenBehind } from "./namespace-options.ts";
import type { WebSocketEngine } from "./web-socket-engine.ts";

/** Whether a page of `origin` may connect. A function that throws refuses. */
export type OriginCheck = (origin: string, request: IncomingMessage) => boolean;

/** A request is not kept itself: it holds its socket, and whatever middlewares hung on it. A function that throws refuses. */
export type ContextOf = (request: IncomingMessage) => Readonly<Record<string, unknown>>;

/** At most 128 visible characters of ASCII. A function that throws refuses. */
export type ClientAddress = (request: IncomingMessage) => string;

/** Which origins may connect besides the server's own; `"*"` lets every page use its visitors' cookies here. */
export type Origins = "*" | readonly (string | RegExp)[] | OriginCheck;

export interface ServerOptions extends NamespaceOptions {
  /** Path that all transports are served at; it begins and ends with a slash. @default "/wireway/" */
  readonly path?: string;
  /** Origins that may connect beside the server's own; exact matches, `"null"` only when listed. @default [] */
  readonly origins?: Origins;
  /** Whether an upgrade or a POST may carry cookies and name no origin, as a program may and no browser does. @default false */
  readonly cookiesWithoutOrigin?: boolean;
  /** How often a quiet connection is pinged, and how long a poll is held, in milliseconds. @default 15000 @see Terms */
  readonly pingIntervalMs?: number;
  /** How long an answer may take before the connection counts as dead, in milliseconds. @default 5000 @see Terms */
  readonly pingTimeoutMs?: number;
  /** How long a message may stay unconfirmed by its receiver, in milliseconds. @default 1000 @see Terms */
  readonly confirmDelayMs?: number;
  /** How long a session without a connection is kept, in milliseconds. @default 120000 @see Terms */
  readonly resumeWindowMs?: number;
  /** Largest message (an encoded event) in either direction, in bytes. @default 2097152 @see Terms */
  readonly maxMessageBytes?: number;
  /** Largest HTTP body, in bytes; a message in base64 must fit. @default 4194304 @see Terms */
  readonly maxBodyBytes?: number;
  /** Most that a session's client may leave unconfirmed, in bytes; above it the session ends. @default 8388608 */
  readonly maxUnconfirmedBytes?: number;
  /** Above so many unconfirmed bytes `emit` returns false. @default 1048576 */
  readonly highWaterBytes?: number;
  /** Above so many unconfirmed bytes a client is behind: volatile events are dropped, or wait. @default 131072 */
  readonly volatileBytes?: number;
  /** What becomes of volatile events for a client that is behind, in all namespaces that do not say otherwise. @default "disconnect" */
  readonly whenBehind?: WhenBehind | undefined;
  /** What clients send, in all namespaces that do not say otherwise: schemas by the events' names. @default none */
  readonly events?: Contract | undefined;
  /** What the server sends, likewise; its schemas have to be synchronous. @default none */
  readonly serverEvents?: Contract | undefined;
  /** How messages are encoded; clients need the same. @default JSON */
  readonly codec?: EnvelopeCodec;
  /** Most that all suspended sessions hold together, in bytes; above it the oldest are evicted. @default 67108864 */
  readonly maxSuspendedBytes?: number;
  /** Most sessions at a time; above it dials from zero are refused with 503. @default 100000 */
  readonly maxSessions?: number;
  /** Most sessions at a time that were let in or refused nowhere yet; above it dials from zero get 503. @default 5000 */
  readonly maxHandshakes?: number;
  /** How long a session may stay without a namespace, in milliseconds. @default 45000 */
  readonly connectTimeoutMs?: number;
  /** How long a request's body may take to arrive, in milliseconds. @default 10000 */
  readonly bodyTimeoutMs?: number;
  /** How long a request's headers may take, in milliseconds; on servers that `listen` or `attach` got. @default 10000 */
  readonly headersTimeoutMs?: number;
  /** How long the HTTP middlewares of `use` may take together for a request, in milliseconds. @default 10000 */
  readonly middlewareTimeoutMs?: number;
  /** Makes the WebSockets: a class with the interface of `WebSocketServer` in `ws`. @default that one */
  readonly webSocketEngine?: WebSocketEngine | undefined;
  /** What joins this server with others. One adapter is for one server. @default none */
  readonly adapter?: Adapter;
  /** How long other servers may take to answer for sockets or handlers of theirs, in milliseconds. @default 5000 */
  readonly requestsTimeoutMs?: number;
  /** How often servers tell each other that they live, in milliseconds; silent three times, one is gone. @default 5000 */
  readonly clusterHeartbeatMs?: number;
  /** What of the request that begins a session is kept as `handshake.context`, such as parts of `request.session`. @default nothing */
  readonly context?: ContextOf;
  /** Where a request came from: behind a proxy, what a header that it sets says. @default the connection's other end */
  readonly clientAddress?: ClientAddress;
  /** Tells who a client is, or refuses it; see the guide on authentication. @default nobody is asked */
  readonly authenticate?: Authenticate;
  /** How long `authenticate` may take, in milliseconds. @default 10000 */
  readonly authenticateTimeoutMs?: number;
  /** How long a session goes on when its identity has expired, for the client to renew it, in milliseconds. @default 30000 */
  readonly authenticationGraceMs?: number;
  /** Most messages a second that a session may send on average; above it the session ends. @default Infinity */
  readonly sessionMessagesPerSecond?: number;
  /** Most bytes of messages a second that a session may send on average; above it the session ends. @default Infinity */
  readonly sessionBytesPerSecond?: number;
  /** The same for all sessions of an address together, whose sessions end when they send more. @default Infinity */
  readonly addressMessagesPerSecond?: number;
  /** The same in bytes. @default Infinity */
  readonly addressBytesPerSecond?: number;
  /** So many seconds' worth may be sent at once, after a pause. @default 5 */
  readonly rateBurstSeconds?: number;
}

type FunctionOption = "context" | "clientAddress" | "authenticate" | "webSocketEngine";
type NumberOption = Exclude<
  keyof ServerOptions,
  | "path"
  | "origins"
  | "cookiesWithoutOrigin"
  | "adapter"
  | "codec"
  | keyof NamespaceOptions
  | FunctionOption
  | RateOption
  | keyof Terms
>;
type RateOption = `${"session" | "address"}${"Messages" | "Bytes"}PerSecond`;

const rates: readonly RateOption[] = [
  "sessionMessagesPerSecond",
  "sessionBytesPerSecond",
  "addressMessagesPerSecond",
  "addressBytesPerSecond",
];

const functions: readonly FunctionOption[] = ["context", "clientAddress", "authenticate", "webSocketEngine"];

const numbers: Record<NumberOption, readonly [value: number, least: number, most: number]> = {
  maxUnconfirmedBytes: [8_388_608, 4_096, 1_073_741_824],
  highWaterBytes: [1_048_576, 0, 1_073_741_824],
  volatileBytes: [131_072, 0, 1_073_741_824],
  maxSuspendedBytes: [67_108_864, 0, Number.MAX_SAFE_INTEGER],
  maxSessions: [100_000, 1, 100_000_000],
  maxHandshakes: [5_000, 1, 100_000_000],
  connectTimeoutMs: [45_000, 50, 3_600_000],
  bodyTimeoutMs: [10_000, 50, 3_600_000],
  headersTimeoutMs: [10_000, 50, 3_600_000],
  middlewareTimeoutMs: [10_000, 50, 3_600_000],
  authenticateTimeoutMs: [10_000, 50, 3_600_000],
  authenticationGraceMs: [30_000, 0, 3_600_000],
  requestsTimeoutMs: [5_000, 50, 3_600_000],
  clusterHeartbeatMs: [5_000, 50, 3_600_000],
  rateBurstSeconds: [5, 1, 3_600],
};

/** The defaults, as `resolveOptions({})` gives them. */
export const defaultOptions: ResolvedOptions = resolveOptions({});

/** Options with every default filled in. @internal */
export interface ResolvedOptions extends Readonly<Record<NumberOption | RateOption, number>> {
  readonly path: string;
  readonly origins: Origins;
  readonly cookiesWithoutOrigin: boolean;
  readonly terms: Terms;
  readonly context: ContextOf | undefined;
  readonly clientAddress: ClientAddress | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly webSocketEngine: WebSocketEngine | undefined;
  readonly adapter: Adapter | undefined;
  readonly whenBehind: WhenBehind;
  readonly events: Contract | undefined;
  readonly serverEvents: Contract | undefined;
  readonly codec: EnvelopeCodec;
}

/** @throws {WirewayError} `invalid_option`, naming the option and its bound. */
export function resolveOptions(given: ServerOptions): ResolvedOptions {
  const known = new Set([
    "path",
    "origins",
    "cookiesWithoutOrigin",
    "adapter",
    "whenBehind",
    "events",
    "serverEvents",
    "codec",
    ...functions,
    ...rates,
    ...Object.keys(defaultTerms),
    ...Object.keys(numbers),
  ]);
  const chosen: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    check(known.has(name), name, "is not known");
    if (value !== undefined) chosen[name] = value;
  }
  const terms = checkTerms(chosen);
  const limits = {} as Record<NumberOption, number>;
  for (const [name, [value, least, most]] of Object.entries(numbers)) {
    const number = chosen[name] ?? value;
    const valid = Number.isSafeInteger(number) && Number(number) >= least && Number(number) <= most;
    check(valid, name, `must be a whole number from ${least} to ${most}`);
    limits[name as NumberOption] = Number(number);
  }
  const limitsPerSecond = ratesOf(chosen, limits.rateBurstSeconds, terms);
  const leastUnconfirmed = terms.maxMessageBytes + 1_024;
  check(
    limits.maxUnconfirmedBytes >= leastUnconfirmed,
    "maxUnconfirmedBytes",
    `must be at least ${leastUnconfirmed}, so that a message of maxMessageBytes fits`,
  );
  const cookiesWithoutOrigin = chosen["cookiesWithoutOrigin"] ?? false;
  check(typeof cookiesWithoutOrigin === "boolean", "cookiesWithoutOrigin", "must be true or false");
  for (const name of functions) {
    check(chosen[name] === undefined || typeof chosen[name] === "function", name, "must be a function");
  }
  return {
    ...limits,
    ...limitsPerSecond,
    path: pathOf(chosen["path"] ?? "/wireway/"),
    origins: originsOf(chosen["origins"] ?? []),
    cookiesWithoutOrigin: cookiesWithoutOrigin as boolean,
    terms,
    context: chosen["context"] as ContextOf | undefined,
    clientAddress: chosen["clientAddress"] as ClientAddress | undefined,
    authenticate: chosen["authenticate"] as Authenticate | undefined,
    webSocketEngine: chosen["webSocketEngine"] as WebSocketEngine | undefined,
    adapter: adapterOf(chosen["adapter"]),
    whenBehind: checkWhenBehind(chosen["whenBehind"]),
    events: checkContract("events", chosen["events"]),
    serverEvents: checkContract("serverEvents", chosen["serverEvents"]),
    codec: codecOf(chosen["codec"] === undefined ? jsonCodec : chosen["codec"]),
  };
}

function adapterOf(adapter: unknown): Adapter | undefined {
  if (adapter === undefined) return undefined;
  const methods = (["open", "publish", "close"] as const).map((name) => (adapter as Partial<Adapter> | null)?.[name]);
  check(
    methods.every((method) => typeof method === "function"),
    "adapter",
    "must have the methods open, publish and close",
  );
  return adapter as Adapter;
}

function ratesOf(
  chosen: Readonly<Record<string, unknown>>,
  rateBurstSeconds: number,
  { maxMessageBytes }: Terms,
): Record<RateOption, number> {
  const perSecond = {} as Record<RateOption, number>;
  for (const name of rates) {
    const rate = Number(chosen[name] ?? Number.POSITIVE_INFINITY);
    const isWhole =
      typeof (chosen[name] ?? rate) === "number" && (rate === Number.POSITIVE_INFINITY || Number.isSafeInteger(rate));
    check(isWhole && rate >= 1, name, `must be Infinity, or a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`);
    perSecond[name] = rate;
  }
  for (const name of ["sessionBytesPerSecond", "addressBytesPerSecond"] as const) {
    const least = Math.ceil(maxMessageBytes / rateBurstSeconds);
    check(
      perSecond[name] >= least,
      name,
      `must be at least ${least}, so that a message of maxMessageBytes fits in a burst`,
    );
  }
  return perSecond;
}

function codecOf(codec: unknown): EnvelopeCodec {
  const { encode, decode } = (codec ?? {}) as Partial<EnvelopeCodec>;
  check(typeof encode === "function" && typeof decode === "function", "codec", "must have encode and decode");
  return codec as EnvelopeCodec;
}

function pathOf(path: unknown): string {
  const valid = typeof path === "string" && /^\/(?:[\w.~%-]+\/)*$/.test(path);
  check(valid, "path", "must begin and end with a slash and hold only what a URL's path may");
  return path as string;
}

function originsOf(origins: unknown): Origins {
  if (origins === "*" || typeof origins === "function") return origins as Origins;
  const valid = Array.isArray(origins) && origins.every((one) => typeof one === "string" || one instanceof RegExp);
  check(valid, "origins", 'must be "*", an array of strings and regular expressions, or a function');
  for (const origin of origins as (string | RegExp)[]) {
    if (typeof origin !== "string" || origin === "null") continue;
    const exact = URL.canParse(origin) && `${new URL(origin).protocol}//${new URL(origin).host}` === origin;
    check(exact, "origins", "must hold origins as browsers send them, such as https://example.com");
  }
  // A flag g or y would make a test depend on the one before.
  return (origins as (string | RegExp)[]).map((one) =>
    one instanceof RegExp ? new RegExp(one.source, one.flags.replaceAll(/[gy]/g, "")) : one,
  );
}

function check(valid: boolean, name: string, why: string): void {
  if (!valid) throw new WirewayError("invalid_option", { name, why });
}
